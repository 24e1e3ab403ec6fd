/// Writes JPEG (ITU-T T.81, baseline), without the cost of encoding every block of it.
///
/// Most blocks of a mosaic lie wholly within one cell, and most rows of blocks within one row of cells. With a restart
/// marker after each row of blocks none depends on the one before (E.1.4), so those that are equal are coded once and
/// copied. The coefficients are the very ones that libjpeg computes; the codes are fitted to how often each symbol stands
/// in the whole picture, which halves the file.
enum JPEGEncoder: MosaicEncoder {
  static let quality = 75
  /// What libjpeg's own limit is (JPEG_MAX_DIMENSION).
  static let longestSide = 65_500

  static func encode(_ mosaic: Mosaic) throws(PixelError) -> [UInt8] {
    guard let layout = JPEGLayout(mosaic.grid.model, quality: quality) else {
      throw .encodingFailed(format: .jpeg, detail: "JPEG has no alpha")
    }
    guard mosaic.width <= longestSide, mosaic.height <= longestSide else {
      throw .encodingFailed(format: .jpeg, detail: "a side is longer than 65,500 pixels")
    }
    guard mosaic.colorProfile?.count ?? 0 <= JPEGHeaders.longestProfile else {
      throw .encodingFailed(format: .jpeg, detail: "the ICC profile is too long")
    }
    let scan = MosaicScan(mosaic, layout: layout)
    let hasColor = layout.components.contains { $0.isColor }
    let codes = scan.counts.prefix(hasColor ? 4 : 2).map { HuffmanCode(counts: $0, limit: 16, sparesLast: true) }
    let unitsAcross = (mosaic.width + layout.step - 1) / layout.step
    let headers = JPEGHeaders(
      layout: layout, width: mosaic.width, height: mosaic.height, colorProfile: mosaic.colorProfile,
      restartInterval: scan.restarts ? unitsAcross : 0, codes: codes)
    var bytes = OutputBytes(capacity: 1 << 16)
    headers.write(to: &bytes)
    return write(scan, codes, to: bytes)
  }

  private static func write(_ scan: MosaicScan, _ codes: [HuffmanCode], to bytes: consuming OutputBytes) -> [UInt8] {
    // The code of each symbol of each table, and its length in the lowest 8 bits.
    let words = FixedBuffer(
      codes.flatMap { code in zip(code.codes, code.lengths).map { UInt64($0) << 8 | UInt64($1) } })
    guard let symbols = scan.symbols.baseAddress else { return bytes.array() }
    var bits = BigBits(bytes)
    var number: UInt8 = 0
    for (index, band) in scan.bands.enumerated() {
      let start = bits.bytes.count
      for run in scan.runs[band.runs] { put(symbols, run, words.start, to: &bits) }
      guard scan.restarts else { continue }
      bits.align()
      let row = start..<bits.bytes.count
      for copy in 0..<band.count {
        if copy > 0 { bits.bytes.repeatBytes(row) }
        if index == scan.bands.count - 1, copy == band.count - 1 { break }
        bits.bytes.append([0xFF, 0xD0 | number])
        number = (number + 1) & 7
      }
    }
    bits.marker(0xD9)
    return bits.bytes.array()
  }

  private static func put(
    _ symbols: UnsafePointer<UInt32>, _ run: MosaicScan.Run, _ words: UnsafePointer<UInt64>, to bits: inout BigBits
  ) {
    if run.count > 1, putRepeated(symbols, run, words, to: &bits) { return }
    for _ in 0..<run.count {
      for index in run.symbols {
        let (value, count) = coded(symbols[index], words)
        bits.put(value, count)
      }
    }
  }

  /// A run so short that it fits one word several times: as most are, where a cell is wide.
  private static func putRepeated(
    _ symbols: UnsafePointer<UInt32>, _ run: MosaicScan.Run, _ words: UnsafePointer<UInt64>, to bits: inout BigBits
  ) -> Bool {
    var all: UInt64 = 0
    var length = 0
    for index in run.symbols {
      let (value, count) = coded(symbols[index], words)
      if length + count > BigBits.most { return false }
      all = all << UInt64(count) | value
      length += count
    }
    let together = BigBits.most / length
    var many: UInt64 = 0
    for _ in 0..<together { many = many << UInt64(length) | all }
    for _ in 0..<(run.count / together) { bits.put(many, together * length) }
    for _ in 0..<(run.count % together) { bits.put(all, length) }
    return true
  }

  /// A symbol's code and the bits that follow it.
  @inline(__always)
  private static func coded(_ symbol: UInt32, _ words: UnsafePointer<UInt64>) -> (value: UInt64, count: Int) {
    let word = words[Int(symbol &>> 16)]
    let extra = Int(symbol &>> 16) & 15
    return ((word &>> 8) &<< UInt64(extra) | UInt64(symbol & 0xFFFF), Int(word & 255) &+ extra)
  }
}
