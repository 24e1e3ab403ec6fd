import Foundation
import ObjectStore
import Pipeline
import PixelEngine

@testable import Console

/// A console driven by hand: events go in, effects are kept.
struct Driver {
  var state: ConsoleState
  var time = Fixture.now
  private(set) var effects: [ConsoleEffect] = []

  init(
    columns: Int = 80, rows: Int = 24, capabilities: Capabilities = Capabilities(), isReadOnly: Bool = false,
    isDemo: Bool = false, offers: StoreOffers = [], places: EventPlaces = EventPlaces()
  ) {
    var setup = ConsoleSetup(
      source: "/home/ada/photos/in", destination: "/home/ada/photos/out", isReadOnly: isReadOnly, isDemo: isDemo,
      folder: "/home/ada", capabilities: capabilities,
      themes: ThemeLibrary([Theme(name: "other", styles: [:], inheriting: .standard)]))
    setup.offers = offers
    setup.places = places
    state = ConsoleState(setup: setup, size: ScreenSize(columns: columns, rows: rows))
  }

  /// Sends an event; answers the effects as text.
  @discardableResult
  mutating func send(_ kind: ConsoleEvent.Kind) -> [String] {
    let new = update(&state, ConsoleEvent(kind, at: time))
    effects += new
    return new.map(\.description)
  }

  @discardableResult
  mutating func press(_ keys: Key...) -> [String] {
    keys.flatMap { send(.input(.key($0))) }
  }

  @discardableResult
  mutating func type(_ text: String) -> [String] {
    text.flatMap { send(.input(.key(.character($0)))) }
  }

  /// A console whose listing of these rows has ended.
  mutating func list(_ rows: [StatusRow], orphans: Int = 0) {
    send(.started)
    send(.listed(ListedRows(rows: rows, orphans: orphans), listing: state.listing.number))
    send(.listingEnded(nil, listing: state.listing.number))
  }

  func screen() -> ScreenGrid {
    let theme = (state.themes[state.theme] ?? .standard).resolved(for: state.setup.capabilities)
    return render(state, theme: theme, size: state.size)
  }

  var currentKey: String? { state.currentRow.map { state.table.keyText($0) } }
}

enum Fixture {
  /// 2026-03-14 09:26:53 UTC.
  static let now = 1_773_480_413.0

  static func key(_ text: String) -> ObjectKey {
    guard let key = ObjectKey(text) else { preconditionFailure("no key: \(text)") }
    return key
  }

  static func row(
    _ name: String, size: Int64 = 48_213, age: Double = 7200, renditions: RenditionSet = RenditionSet(),
    failure: FailureCode? = nil, attempts: Int = 2, message: String = "The picture's data is corrupt.",
    sourceChanged: Bool = false
  ) -> StatusRow {
    let etag = "etag-\(name.utf8.count)-\(size)"
    let record = failure.map {
      FailureRecord(
        key: name, failure: Failure(code: $0, message: message, stage: .decode), attempts: attempts,
        firstFailed: Date(timeIntervalSince1970: now - 5000), lastFailed: Date(timeIntervalSince1970: now - 400),
        sourceETag: sourceChanged ? "before" : etag, engineVersion: "1")
    }
    return StatusRow(
      source: ObjectSummary(
        key: key(name), size: size, lastModified: Date(timeIntervalSince1970: now - age), etag: etag),
      renditions: renditions, renditionBytes: 1500 * Int64(GridSize.allCases.count - renditions.count(.missing)),
      failure: record)
  }

  static let complete = RenditionSet(repeating: .present)

  static func renditions(_ sizes: [GridSize: RenditionState]) -> RenditionSet {
    var set = RenditionSet()
    for (size, state) in sizes { set[size] = state }
    return set
  }

  /// One of everything, in key order.
  static var rows: [StatusRow] {
    [
      row("2025/summer/beach.jpg", size: 2_481_022, age: 86_400 * 200, renditions: complete),
      row(
        "2025/summer/dunes at dawn, before the wind rose and everybody else woke up.jpg", size: 3_910_554,
        age: 86_400 * 198, renditions: complete),
      row("2025/winter/sled.png", size: 918_200, age: 86_400 * 80, renditions: complete),
      row("cat.png", renditions: complete),
      row("evil\u{1B}[31m\u{202E}gnp.png", size: 312, age: 59),
      row("half.png", size: 71_224, age: 300, renditions: renditions([.x8: .present, .x16: .present])),
      row("nature/鳥と花.png", size: 204_800, age: 3600 * 5, renditions: complete),
      row("new.png", size: 18_022, age: 12),
      row("noise.jpg", size: 99_482, age: 4000, failure: .damaged),
      row("notes.txt", size: 512, age: 86_400 * 30),
      row(
        "old.png", size: 6_221, age: 60,
        renditions: renditions([.x8: .stale, .x16: .stale, .x32: .stale, .x48: .stale, .x64: .present])),
      row(
        "poster.png", size: 88_120_400, age: 86_400 * 3, failure: .tooLarge, attempts: 1,
        message: "The picture has 900,000,000 pixels; 100,000,000 are allowed."),
      row(
        "slow.jpg", size: 1_204_000, age: 800, failure: .timeout, attempts: 3,
        message: "The store did not answer within 10 s."),
    ].sorted { $0.key < $1.key }
  }

  /// A picture of `side` by `side` pixels, all different and none like a palette's.
  static func picture(_ side: Int, _ height: Int? = nil, alpha: Bool = false) -> Raster {
    let height = height ?? side
    return Raster(
      width: side, height: height,
      pixels: (0..<side * height).map { i in
        let x = i % side
        let y = i / side
        return RGBA(
          red: UInt8(x * 255 / max(1, side - 1)), green: UInt8(y * 255 / max(1, height - 1)),
          blue: UInt8((x * 7 + y * 13) % 256), alpha: alpha && (x + y) % 3 == 0 ? 0 : 255)
      })
  }
}
