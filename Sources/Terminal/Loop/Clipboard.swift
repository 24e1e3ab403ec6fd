/// The terminal's clipboard, written by OSC 52.
enum Clipboard {
  /// Terminals give up on longer ones; bytes of text.
  static let limit = 100_000

  /// - Returns: nil where the text is too long, or the terminal would show the sequence.
  static func sequence(for text: String, environment: [String: String]) -> [UInt8]? {
    let bytes = Array(text.utf8)
    let term = environment["TERM"] ?? ""
    guard bytes.count <= limit, term != "linux", !term.hasPrefix("vt") else { return nil }
    let plain = "\u{1B}]52;c;" + Base64.encode(bytes) + "\u{7}"
    guard environment.isSet("TMUX") else { return Array(plain.utf8) }
    // tmux takes the plain form with `set-clipboard on` and passes the wrapped one on with `allow-passthrough on`.
    let wrapped = "\u{1B}Ptmux;" + plain.replacing("\u{1B}", with: "\u{1B}\u{1B}") + "\u{1B}\\"
    return Array((plain + wrapped).utf8)
  }
}
