import Console
import Glibc

/// One line on standard error that shows how far a run is; nothing where that is no terminal.
struct ProgressBar {
  private let isShown: Bool
  private let unicode: Bool
  private var lastDrawn = ContinuousClock.now - .seconds(1)
  private let start = ContinuousClock.now

  /// Objects that are known to be there to process; grows while the listing goes on.
  var total = 0
  var done = 0
  var failed = 0

  init(unicode: Bool) {
    isShown = StandardError.isTerminal
    self.unicode = unicode
  }

  /// Draws it, at most ten times a second.
  mutating func draw() {
    guard isShown, ContinuousClock.now - lastDrawn > .milliseconds(100) else { return }
    lastDrawn = ContinuousClock.now
    StandardError.put("\r" + line(columns: StandardError.columns) + "\u{1B}[K")
  }

  /// Takes it away; call before anything else is printed and at the end.
  func clear() {
    if isShown { StandardError.put("\r\u{1B}[K") }
  }

  private func line(columns: Int) -> String {
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let rate = seconds > 0 ? Double(done) / seconds : 0
    var text = " \(Format.grouped(done))/\(Format.grouped(total))"
    if failed > 0 { text += ", \(Format.grouped(failed)) failed" }
    if rate > 0, done < total {
      text += ", \(Format.duration(milliseconds: Int(Double(total - done) / rate * 1000))) left"
    }
    let room = min(40, columns - text.count - 1)
    guard room >= 4 else { return String(text.prefix(max(0, columns - 1))) }
    let filled = total > 0 ? min(room, done * room / total) : 0
    return String(repeating: unicode ? "█" : "#", count: filled)
      + String(repeating: unicode ? "░" : ".", count: room - filled) + text
  }
}
