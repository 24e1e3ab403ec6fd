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

  /// What an object holds.
  enum Content: Sendable {
    case picture(DemoPicture, ImageFormat)
    /// The first three fifths of a JPEG.
    case cut(DemoPicture)
    case text(String)

    func bytes(_ engine: PixelEngine) throws(PixelError) -> [UInt8] {
      switch self {
      case .picture(let picture, let format): return try engine.encode(picture.raster(), as: format)
      case .cut(let picture):
        let whole = try engine.encode(picture.raster(), as: .jpeg)
        return Array(whole.prefix(whole.count * 3 / 5))
      case .text(let text): return Array(text.utf8)
      }
    }
  }

  struct Object: Sendable {
    let key: String
    let state: State
    let content: Content
    /// What replaces a stale object's content.
    var later: Content?

    init(_ key: String, _ state: State, _ content: Content, later: Content? = nil) {
      self.key = key
      self.state = state
      self.content = content
      self.later = later
    }
  }

  static let all: [Object] = [
    Object("balloon.png", .stale, .picture(.balloon(hue: 0.02), .png), later: .picture(.balloon(hue: 0.55), .png)),
    Object("broken-upload.png", .failed, .text("<html><head><title>502 Bad Gateway</title></head></html>\n")),
    Object("city/night.png", .complete, .picture(.city, .png)),
    Object("damaged.jpg", .failed, .cut(.mountains)),
    Object("deleted-last-week.png", .orphan, .picture(.checkers, .png)),
    Object("holiday/beach + umbrella.jpg", .partial, .picture(.beach, .jpeg)),
    Object("holiday/mountains at dawn.jpg", .pending, .picture(.mountains, .jpeg)),
    Object("holiday/夕日.png", .pending, .picture(.eveningSea, .png)),
    Object("moon.png", .complete, .picture(.moon, .png)),
    Object(
      "notes.txt", .other,
      .text("Drop a picture into this folder while the console is open, and watch its renditions appear.\n")),
    Object("patterns/checkers.png", .complete, .picture(.checkers, .png)),
    Object("patterns/rainbow wheel.png", .pending, .picture(.wheel, .png)),
    Object("portraits/Zoë.png", .complete, .picture(.zoe, .png)),
    Object("portraits/ada.jpg", .complete, .picture(.ada, .jpeg)),
    Object("sunset.png", .complete, .picture(.sunset, .png)),
  ]
}

extension DemoPicture {
  static let sunset = sea(
    sky: (0x2B1055, 0xC2417C, 0xFFB15C), sun: 0xFFE66D, water: (0xA1476C, 0x1E1142))
  static let eveningSea = sea(
    sky: (0x0D2B52, 0x2F6690, 0xF9C784), sun: 0xFFE9C9, water: (0x3A7CA5, 0x0B2239))
  static let ada = portrait(
    skin: 0xF1C9A5, hair: 0x8C4A24, shirt: 0x2A6F97, wall: (0xE9D8A6, 0xB79D64), longHair: false)
  static let zoe = portrait(
    skin: 0xC68863, hair: 0x2B1B12, shirt: 0xD1495B, wall: (0xA8DADC, 0x5E8C94), longHair: true)
}
