import CNcurses
import Glibc

/// What the system knows about the terminal before asking it anything.
package struct TerminalFacts: Hashable, Sendable {
  /// The description of `TERM`; nil where there is none.
  package var entry: Entry?
  /// The character set of the locale, such as `UTF-8` or `ANSI_X3.4-1968`.
  package var codeset: String

  /// What a terminal description says that decides how to draw.
  package struct Entry: Hashable, Sendable {
    /// Colours; 0 on a monochrome terminal.
    package var colors: Int
    /// Whether the description claims direct colour (`RGB` or `Tc`).
    package var directColor: Bool
    /// Whether the cursor can be moved anywhere (`cup`).
    package var cursorAddressing: Bool

    package init(colors: Int, directColor: Bool = false, cursorAddressing: Bool = true) {
      self.colors = colors
      self.directColor = directColor
      self.cursorAddressing = cursorAddressing
    }
  }

  package init(entry: Entry?, codeset: String) {
    self.entry = entry
    self.codeset = codeset
  }

  /// Reads terminfo and the locale of this process. Call it before other threads run: it sets `LC_CTYPE`.
  package static func current(environment: [String: String]) -> TerminalFacts {
    adoptLocale(environment: environment)
    let codeset = cn_locale_codeset().map { String(cString: $0) } ?? ""
    guard let term = environment["TERM"], !term.isEmpty, cn_terminfo_load(term) == 1 else {
      return TerminalFacts(entry: nil, codeset: codeset)
    }
    defer { cn_terminfo_unload() }
    let entry = Entry(
      colors: max(0, Int(cn_terminfo_number("colors"))),
      directColor: claimsDirectColor(),
      cursorAddressing: cn_terminfo_string("cup") != nil)
    return TerminalFacts(entry: entry, codeset: codeset)
  }

  /// `RGB` may be a flag, a number or a string (user_caps(5)); `Tc` is tmux's older flag.
  private static func claimsDirectColor() -> Bool {
    cn_terminfo_flag("RGB") != 0 || cn_terminfo_number("RGB") > 0 || cn_terminfo_string("RGB") != nil
      || cn_terminfo_flag("Tc") != 0
  }

  /// The environment may name a UTF-8 locale that was never generated, as in most containers; `C.UTF-8` stands in then.
  private static func adoptLocale(environment: [String: String]) {
    guard cn_locale_adopt() == 0 else { return }
    let named = environment.locale.uppercased()
    if named.contains("UTF-8") || named.contains("UTF8") { _ = cn_locale_set("C.UTF-8") }
  }
}

extension [String: String] {
  /// The locale that decides the character set; empty where none is chosen.
  var locale: String {
    for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
      if let value = self[name], !value.isEmpty { return value }
    }
    return ""
  }

  /// The variables of this process.
  static var ofThisProcess: [String: String] {
    var result: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
      let text = String(cString: entry)
      if let split = text.firstIndex(of: "=") {
        result[String(text[..<split])] = String(text[text.index(after: split)...])
      }
      next += 1
    }
    return result
  }

  func isSet(_ name: String) -> Bool { !(self[name] ?? "").isEmpty }
}
