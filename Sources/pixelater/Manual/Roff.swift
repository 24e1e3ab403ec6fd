/// Text for a manual page, in the macros of man(7). Everything that comes in is plain text: what roff would take for a
/// request or an escape is escaped.
struct Roff {
  private(set) var text = ""

  init(title: String, section: Int, source: String, manual: String) {
    request("TH", title, "\(section)", "", source, manual)
  }

  mutating func section(_ name: String) { request("SH", name) }
  mutating func subsection(_ name: String) { request("SS", name) }

  mutating func paragraph(_ words: String) {
    request("PP")
    line(Self.escaped(words))
  }

  /// A term, and what is said of it.
  mutating func item(_ term: String, _ words: String) {
    request("TP")
    line("\\fB" + Self.escaped(term) + "\\fR")
    line(Self.escaped(words.isEmpty ? " " : words))
  }

  /// Lines as they are.
  mutating func verbatim(_ lines: [some StringProtocol]) {
    request("PP")
    request("RS", "4")
    request("nf")
    for words in lines { line(Self.escaped(words)) }
    request("fi")
    request("RE")
  }

  private mutating func request(_ name: String, _ arguments: String...) {
    text += "." + name + arguments.map { " \"" + Self.escaped($0) + "\"" }.joined() + "\n"
  }

  private mutating func line(_ words: String) {
    // At the beginning of a line these would be requests.
    text += (words.first == "." || words.first == "'" ? "\\&" : "") + words + "\n"
  }

  /// What stands between backticks is bold.
  static func escaped(_ words: some StringProtocol) -> String {
    var isBold = false
    var text = ""
    for scalar in words.unicodeScalars {
      switch scalar {
      case "\\": text += "\\e"
      case "-": text += "\\-"
      case "\"": text += "\\(dq"
      case "'": text += "\\(aq"
      case "^": text += "\\(ha"
      case "~": text += "\\(ti"
      case "`":
        isBold.toggle()
        text += isBold ? "\\fB" : "\\fR"
      case "\n": text += " "
      default:
        if scalar.isASCII {
          text.unicodeScalars.append(scalar)
        } else {
          let digits = String(scalar.value, radix: 16, uppercase: true)
          text += "\\[u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "]"
        }
      }
    }
    return text
  }
}
