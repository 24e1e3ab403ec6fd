/// What stands before the entropy-coded data of a baseline JPEG (T.81, annex B).
struct JPEGHeaders {
  let layout: JPEGLayout
  let width: Int
  let height: Int
  let colorProfile: [UInt8]?
  /// Units between restart markers, or 0.
  let restartInterval: Int
  /// Codes of DC and AC, for luminance and then for colour if there is any.
  let codes: [HuffmanCode]

  /// The longest profile: 255 segments.
  static let longestProfile = 255 * profilePart
  private static let profilePart = 65_535 - 2 - 14

  func write(to bytes: inout OutputBytes) {
    bytes.append([0xFF, 0xD8])
    if layout.model == .cmyk {
      // Adobe: version 100, no flags, the components are not transformed.
      segment(0xEE, Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, 0], to: &bytes)
    } else {
      // JFIF 1.01, an aspect of one to one, no thumbnail.
      segment(0xE0, Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1, 0, 0], to: &bytes)
    }
    writeProfile(to: &bytes)
    let hasColor = layout.components.contains { $0.isColor }
    for (index, table) in [layout.tables.luminance, layout.tables.chrominance].enumerated() where index == 0 || hasColor
    {
      segment(0xDB, [UInt8(index)] + QuantizationTables.zigzag.map { UInt8(table[$0]) }, to: &bytes)
    }
    var frame: [UInt8] = [8] + word(height) + word(width) + [UInt8(layout.components.count)]
    for component in layout.components {
      let isDoubled = hasColor && !component.halved
      frame += [component.id, isDoubled ? 0x22 : 0x11, component.isColor ? 1 : 0]
    }
    segment(0xC0, frame, to: &bytes)
    for (index, code) in codes.enumerated() { writeCode(code, kind: index % 2, number: index / 2, to: &bytes) }
    if restartInterval > 0 { segment(0xDD, word(restartInterval), to: &bytes) }
    var scan: [UInt8] = [UInt8(layout.components.count)]
    for component in layout.components { scan += [component.id, component.isColor ? 0x11 : 0] }
    segment(0xDA, scan + [0, 63, 0], to: &bytes)
  }

  /// The ICC profile in as many segments as it takes (ICC.1:2022, B.4).
  private func writeProfile(to bytes: inout OutputBytes) {
    guard let colorProfile, !colorProfile.isEmpty else { return }
    let starts = stride(from: 0, to: colorProfile.count, by: Self.profilePart)
    let count = UInt8(clamping: (colorProfile.count + Self.profilePart - 1) / Self.profilePart)
    for (index, start) in starts.enumerated() {
      let part = colorProfile[start..<min(start + Self.profilePart, colorProfile.count)]
      segment(0xE2, Array("ICC_PROFILE\0".utf8) + [UInt8(clamping: index + 1), count] + part, to: &bytes)
    }
  }

  /// How many codes there are of each length, and their symbols in order (T.81, B.2.4.2).
  private func writeCode(_ code: HuffmanCode, kind: Int, number: Int, to bytes: inout OutputBytes) {
    var lengths = [UInt8](repeating: 0, count: 16)
    for symbol in code.symbols { lengths[Int(code.lengths[symbol]) - 1] += 1 }
    segment(0xC4, [UInt8(kind << 4 | number)] + lengths + code.symbols.map { UInt8($0) }, to: &bytes)
  }

  private func segment(_ marker: UInt8, _ content: [UInt8], to bytes: inout OutputBytes) {
    bytes.append([0xFF, marker] + word(content.count + 2) + content)
  }

  private func word(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 255), UInt8(value & 255)] }
}
