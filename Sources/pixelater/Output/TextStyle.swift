import Console
import Pipeline
import PixelEngine

/// How plain output looks: coloured or not, with symbols or in ASCII.
struct TextStyle: Sendable {
  var colored: Bool
  var unicode: Bool

  /// The sixteen ANSI colours alone: they follow the reader's own palette.
  enum Ink: String {
    case good = "32"
    case bad = "31"
    case warning = "33"
    case busy = "36"
    case dim = "2"
    case strong = "1"
  }

  func paint(_ text: String, _ ink: Ink?) -> String {
    guard colored, let ink, !text.isEmpty else { return text }
    return "\u{1B}[\(ink.rawValue)m\(text)\u{1B}[0m"
  }

  /// Foreign text made safe to print.
  func safe(_ text: String) -> String { DisplayText.plain(text, unicode: unicode) }

  /// Columns that a safe text takes.
  static func width(_ text: String) -> Int {
    text.utf8.allSatisfy { $0 < 0x80 } ? text.utf8.count : DisplayText(text).width
  }

  static func pad(_ text: String, _ columns: Int) -> String {
    text + String(repeating: " ", count: max(0, columns - width(text)))
  }

  static func padLeft(_ text: String, _ columns: Int) -> String {
    String(repeating: " ", count: max(0, columns - width(text))) + text
  }
}

extension TextStyle {
  /// A state as glyph and word, 13 columns: told apart without colour.
  func state(_ state: ObjectState) -> String {
    paint(Self.pad(StateLook(state).glyph(unicode: unicode) + " " + state.rawValue, 13), ink(state))
  }

  func ink(_ state: ObjectState) -> Ink? {
    switch state {
    case .complete: .good
    case .partial, .stale: .warning
    case .failed: .bad
    case .running, .queued: .busy
    case .unsupported: .dim
    case .pending: nil
    }
  }

  /// The five renditions, 14 columns, under `slotHeader`.
  func slots(_ set: RenditionSet) -> String {
    GridSize.allCases.map { size in
      let (glyph, ink) = slot(set[size])
      let width = String(size.side).count
      return paint(Self.padLeft(glyph, width), ink)
    }.joined(separator: " ")
  }

  static let slotHeader = GridSize.allCases.map { String($0.side) }.joined(separator: " ")

  private func slot(_ state: RenditionState) -> (String, Ink?) {
    switch state {
    case .present: (unicode ? "■" : "#", .good)
    case .missing: (unicode ? "·" : ".", .dim)
    case .stale: ("~", .warning)
    }
  }
}
