import CNcurses
import Console
import Glibc

/// The terminal as ncurses will be told it is, and the byte strings that the driver writes by itself.
struct TerminalDescription {
  let term: String
  let entry: TerminfoEntry
  let capabilities: Capabilities

  /// - Throws: why there can be no full screen.
  init(term: String, capabilities: Capabilities) throws(TerminalError) {
    guard let entry = TerminfoEntry(reading: term) else { throw .typeUnknown(term) }
    guard entry.strings["cup"] != nil else { throw .typeTooPlain(term) }
    self.term = term
    self.entry = entry
    self.capabilities = capabilities
  }

  /// What the screen was opened with.
  struct Opening {
    /// The depth that came about.
    let depth: ColorDepth
    /// Whether pictures may be written past ncurses.
    let paintsPictures: Bool
  }

  /// Opens the screen with a private description where the depth or pictures need one, else or failing that with the
  /// terminal's own.
  func open() throws(TerminalError) -> Opening {
    let depth = capabilities.depth
    let paintsPictures = PictureEncoder.serves(depth) && capabilities.unicode
    if !entry.serves(depth) || paintsPictures {
      var adjusted = entry.adjusted(to: depth)
      if paintsPictures { adjusted.removeScrolling() }
      if openPrivate(adjusted) { return Opening(depth: depth, paintsPictures: paintsPictures) }
    }
    guard withTerminfo(nil, { cn_screen_open(term) != 0 }) else { throw .refused(term) }
    let possible = [depth, .palette256, .palette16, .palette8].first { entry.serves($0) }
    return Opening(depth: possible ?? .mono, paintsPictures: false)
  }

  private func openPrivate(_ adjusted: TerminfoEntry) -> Bool {
    guard let compiled = adjusted.compiled() else { return false }
    return withTerminfo("b64:" + Base64.encode(compiled, alphabet: .urlSafe)) { cn_screen_open(adjusted.names) != 0 }
  }

  /// Runs with `TERMINFO` set for this call alone: programs started from the console inherit nothing.
  private func withTerminfo<R>(_ value: String?, _ body: () -> R) -> R {
    guard let value else { return body() }
    let kept = getenv("TERMINFO").map { String(cString: $0) }
    setenv("TERMINFO", value, 1)
    defer {
      if let kept { setenv("TERMINFO", kept, 1) } else { unsetenv("TERMINFO") }
    }
    return body()
  }

  // MARK: Byte strings

  /// Everything that gives a terminal back from whatever state: for crashes, where ncurses must not be called.
  var farewell: [UInt8] {
    // CAN first: what was being written may have ended within a sequence.
    var bytes = Array("\u{18}\u{1B}[?2026l".utf8) + ControlSequence.mouseOff + ControlSequence.pasteOff
    for name in ["sgr0", "op", "rmkx", "cnorm", "rmcup"] { bytes += withoutPadding(entry.strings[name] ?? []) }
    // Without a screen to go back to, what follows starts on a line of its own.
    if entry.strings["rmcup"] == nil { bytes += Array("\r\n".utf8) }
    return bytes
  }

  /// Drops terminfo's delays, `$<5>`, which mean nothing to a terminal.
  private func withoutPadding(_ string: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var index = 0
    while index < string.count {
      if string[index] == UInt8(ascii: "$"), index + 1 < string.count, string[index + 1] == UInt8(ascii: "<"),
        let end = string[index...].firstIndex(of: UInt8(ascii: ">"))
      {
        index = end + 1
      } else {
        result.append(string[index])
        index += 1
      }
    }
    return result
  }
}

/// What the driver writes besides ncurses.
enum ControlSequence {
  static let pasteOn = Array("\u{1B}[?2004h".utf8)
  static let pasteOff = Array("\u{1B}[?2004l".utf8)
  /// Clicks and wheel, with coordinates as decimal numbers.
  static let mouseOn = Array("\u{1B}[?1000h\u{1B}[?1006h".utf8)
  static let mouseOff = Array("\u{1B}[?1006l\u{1B}[?1000l".utf8)
}
