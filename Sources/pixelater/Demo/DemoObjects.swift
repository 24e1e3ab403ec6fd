import PixelEngine

/// What lies in the demo's source folder, and the state each object is brought to.
enum DemoObjects {
  enum State {
    case complete
    /// Two renditions are taken away again.
    case partial
    /// The source is replaced after its renditions were made.
    case stale
    case pending
    /// It is processed, which cannot succeed.
    case failed
    /// The renditions are made, and then the source goes.
    case orphan
    /// Left alone.
    case other
  }

  struct Object {
    let key: String
    let state: State
    let content: @Sendable (PixelEngine) throws(PixelError) -> [UInt8]
    /// What replaces a stale object's content.
    var later: (@Sendable (PixelEngine) throws(PixelError) -> [UInt8])?
  }

  private static func picture(
    _ key: String, _ state: State, _ format: ImageFormat, _ picture: DemoPicture, later: DemoPicture? = nil
  ) -> Object {
    Object(
      key: key, state: state,
      content: { (engine) throws(PixelError) in try engine.encode(picture.raster(), as: format) },
      later: later.map { later in { (engine) throws(PixelError) in try engine.encode(later.raster(), as: format) } })
  }

  private static func text(_ key: String, _ state: State, _ text: String) -> Object {
    Object(key: key, state: state, content: { (_) throws(PixelError) in Array(text.utf8) })
  }

  static let all: [Object] = [
    picture("balloon.png", .stale, .png, .balloon(hue: 0.02), later: .balloon(hue: 0.55)),
    text(
      "broken-upload.png", .failed,
      "<html><head><title>502 Bad Gateway</title></head><body>The upload did not work.</body></html>\n"),
    picture("city/night.png", .complete, .png, .city),
    Object(
      key: "damaged.jpg", state: .failed,
      content: { (engine) throws(PixelError) in
        let whole = try engine.encode(DemoPicture.mountains.raster(), as: .jpeg)
        return Array(whole.prefix(whole.count * 3 / 5))
      }),
    picture("deleted-last-week.png", .orphan, .png, .checkers),
    picture("holiday/beach + umbrella.jpg", .partial, .jpeg, .beach),
    picture("holiday/mountains at dawn.jpg", .pending, .jpeg, .mountains),
    picture(
      "holiday/夕日.png", .pending, .png,
      .sunset(sky: (0x0D2B52, 0x2F6690, 0xF9C784), sun: 0xFFE9C9, sea: (0x3A7CA5, 0x0B2239))),
    picture("moon.png", .complete, .png, .moon),
    text(
      "notes.txt", .other,
      "Pictures go into this folder. Drop one in while the console is open, and watch its renditions appear.\n"),
    picture("patterns/checkers.png", .complete, .png, .checkers),
    picture("patterns/rainbow wheel.png", .pending, .png, .wheel),
    picture(
      "portraits/Zoë.png", .complete, .png,
      .portrait(skin: 0xC68863, hair: 0x2B1B12, shirt: 0xD1495B, wall: (0xA8DADC, 0x5E8C94), longHair: true)),
    picture(
      "portraits/ada.jpg", .complete, .jpeg,
      .portrait(skin: 0xF1C9A5, hair: 0x8C4A24, shirt: 0x2A6F97, wall: (0xE9D8A6, 0xB79D64), longHair: false)),
    picture(
      "sunset.png", .complete, .png,
      .sunset(sky: (0x2B1055, 0xC2417C, 0xFFB15C), sun: 0xFFE66D, sea: (0xA1476C, 0x1E1142))),
  ]
}
