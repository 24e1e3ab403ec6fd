package import Console

extension TerminfoEntry {
  /// Colour numbers from here on are palette entries in an entry made by `directColor`; below are 24-bit RGB.
  package static let paletteBase: Int32 = 0x100_0000

  /// Colour pairs of a private entry: 64 pictures of 64 x 64 pixels, no two cells alike.
  package static let privatePairs: Int32 = 0x2_0000

  /// Whether this entry, unchanged, numbers its colours as the depth needs: palette entries from 0.
  package func serves(_ depth: ColorDepth) -> Bool {
    let colors = numbers["colors"] ?? 0
    return switch depth {
    case .mono: true
    case .palette8: (8...256).contains(colors)
    case .palette16: (16...256).contains(colors)
    case .palette256: colors == 256
    case .truecolor: false
    }
  }

  /// This entry with another way to set colours, all else as the terminal has it, under the name `<name>-pixelater`.
  package func adjusted(to depth: ColorDepth) -> TerminfoEntry {
    var entry = self
    entry.names = names + "-pixelater"
    guard depth != .mono else { return entry }
    for name in ["initc", "initp", "oc", "scp", "setf", "setb"] { entry.strings[name] = nil }
    entry.flags.subtract(["ccc", "RGB", "Tc"])
    entry.numbers["RGB"] = nil
    // "No colour with these attributes" is about hardware long gone, and would drop attributes here.
    entry.numbers["ncv"] = nil
    entry.strings["RGB"] = depth == .truecolor ? Array("8/8/8".utf8) : nil
    entry.strings["op"] = Array("\u{1B}[39;49m".utf8)
    entry.numbers["pairs"] = depth == .palette8 ? 80 : depth == .palette16 ? 288 : Self.privatePairs
    switch depth {
    case .truecolor:
      entry.numbers["colors"] = Self.paletteBase + 256
      entry.setColors { layer in
        "\u{1B}[\(layer)8;%?%p1%{16777216}%<%t2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%d"
          + "%e5;%p1%{255}%&%d%;m"
      }
    case .palette256:
      entry.numbers["colors"] = 256
      entry.setColors { layer in "\u{1B}[\(layer)8;5;%p1%dm" }
    case .palette16:
      entry.numbers["colors"] = 16
      entry.setColors { layer in
        "\u{1B}[%?%p1%{8}%<%t\(layer)%p1%d%e\(layer == 3 ? "9" : "10")%p1%{8}%-%d%;m"
      }
    case .palette8:
      entry.numbers["colors"] = 8
      entry.setColors { layer in "\u{1B}[\(layer)%p1%dm" }
    case .mono: break
    }
    return entry
  }

  /// Leaves out all that moves lines: ncurses then writes them again, and pictures that it knows nothing of stay.
  mutating func removeScrolling() {
    for name in ["csr", "ind", "ri", "indn", "rin", "il1", "il", "dl1", "dl"] { strings[name] = nil }
  }

  /// `layer` is the digit of SGR: 3 sets the foreground, 4 the background.
  private mutating func setColors(_ sequence: (_ layer: Int) -> String) {
    strings["setaf"] = Array(sequence(3).utf8)
    strings["setab"] = Array(sequence(4).utf8)
  }
}
