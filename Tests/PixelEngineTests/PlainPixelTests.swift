import CPNG
import Testing

@testable import PixelEngine

/// Pixels that are read without libpng are those that libpng reads, and where it finds fault, so does the engine.
///
/// There is no place where the two may differ that these tests could name: what `PixelData` does not take is libpng's to
/// read. It takes one thing that libpng refuses, codes of a broken table that no symbol of the stream uses, and that only
/// with every checksum right, so that the pixels are what was written.
@Suite struct PlainPixelTests {
  private struct Outcome: Equatable {
    var samples: [UInt8] = []
    var error: PixelError?
    /// Whether libpng was not needed.
    var isPlain = false

    static func == (a: Self, b: Self) -> Bool { a.samples == b.samples && a.error == b.error }
  }

  /// Everything that comes of a file. Large pictures, which a changed header may claim, come to nothing.
  private func outcome(_ data: PictureData, throughout: Bool) -> Outcome {
    var outcome = Outcome()
    do throws(PixelError) {
      try data.withFile { file throws(PixelError) in
        let reader = try PNGReader(file, throughout: throughout)
        guard reader.header.width * reader.header.height <= 10_000 else { return }
        try reader.start(poll: {})
        let batch = 5
        let rowBytes = reader.header.rowBytes
        let rows = UnsafeMutablePointer<UInt8>.allocate(capacity: batch * rowBytes)
        defer { rows.deallocate() }
        for row in stride(from: 0, to: reader.header.height, by: batch) {
          let count = min(batch, reader.header.height - row)
          try reader.read(into: rows, count: count, poll: {})
          outcome.samples += UnsafeBufferPointer(start: rows, count: count * rowBytes)
        }
        try reader.finish(poll: {})
        outcome.isPlain = reader.isPlain
      }
    } catch {
      outcome.error = error
      outcome.samples = []
    }
    return outcome
  }

  /// Compares both ways of reading a file, from memory and in windows of a few bytes. Returns what came of it.
  @discardableResult
  private func compare(_ file: [UInt8], _ what: @autoclosure () -> String) -> (isGood: Bool, isPlain: Bool) {
    let expected = outcome(PictureData(file), throughout: true)
    let found = outcome(PictureData(file), throughout: false)
    #expect(found == expected, "\(what())")
    let windows = PictureData(count: file.count) { offset, target in
      let part = file[min(offset, file.count)..<min(offset + min(61, target.count), file.count)]
      target.copyBytes(from: part)
      return part.count
    }
    #expect(outcome(windows, throughout: false) == expected, "\(what()), in windows")
    return (expected.error == nil, found.isPlain)
  }

  /// A picture and how it is stored.
  private struct Picture {
    var colorType: UInt8 = 2
    var width = 13
    var rows: [[UInt8]] = []
    var filtered: [UInt8] = []
    var stream: [UInt8] = []
    var chunks: [(kind: String, content: [UInt8])] = []

    init(colorType: UInt8, width: Int, height: Int, using random: inout SeededNumbers) {
      self.colorType = colorType
      self.width = width
      let channels = ([0: 1, 2: 3, 4: 2, 6: 4] as [UInt8: Int])[colorType] ?? 1
      var above = [UInt8](repeating: 0, count: width * channels)
      for _ in 0..<height {
        let row = above.map { sample in sample &+ UInt8.random(in: 0...6, using: &random) }
        // Paeth most of all, so that rows of it meet.
        let filter = ([0, 1, 2, 3, 4, 4, 4, 4] as [UInt8]).randomElement(using: &random) ?? 0
        filtered += RowFilterTests.filtered(row, above, filter, channels)
        rows.append(row)
        above = row
      }
      stream = Self.zlib(filtered)
    }

    static func zlib(_ bytes: [UInt8]) -> [UInt8] {
      let capacity = px_zlib_bound(bytes.count)
      return [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
        count = px_zlib(bytes, bytes.count, buffer.baseAddress, capacity)
      }
    }

    /// The file, its stream in `pieces` chunks or so, some of them empty.
    func file(
      stream: [UInt8]? = nil, pieces: Int = 1, after: [(String, [UInt8])] = [], end: Bool = true,
      using random: inout SeededNumbers
    ) -> [UInt8] {
      var file = PNGFile(width: width, height: rows.count, colorType: colorType)
      var rest = (stream ?? self.stream)[...]
      for _ in 1..<max(2, pieces) where pieces > 1 {
        let piece = rest.prefix(Int.random(in: 0...max(1, rest.count / 3), using: &random))
        file.add("IDAT", Array(piece))
        rest = rest.dropFirst(piece.count)
      }
      file.add("IDAT", Array(rest))
      for (kind, content) in after { file.add(kind, content) }
      if end { file.add("IEND", []) }
      return file.bytes
    }
  }

  private func pictures(_ seed: UInt64) -> (pictures: [Picture], random: SeededNumbers) {
    var random = SeededNumbers(seed: seed)
    let pictures = ([0, 2, 4, 6] as [UInt8]).map { Picture(colorType: $0, width: 7, height: 6, using: &random) }
    return (pictures, random)
  }

  @Test func goodPicturesNeedNoLibpng() {
    var random = SeededNumbers(seed: 1)
    for colorType in [0, 2, 4, 6] as [UInt8] {
      for (width, height) in [(1, 1), (1, 9), (2, 2), (3, 40), (64, 17), (301, 33)] {
        let picture = Picture(colorType: colorType, width: width, height: height, using: &random)
        for pieces in [1, 4, 30] {
          let file = picture.file(pieces: pieces, after: [("tEXt", Array("a\0b".utf8))], using: &random)
          let data = PictureData(file)
          let found = outcome(data, throughout: false)
          #expect(found.samples == picture.rows.flatMap(\.self) && found.error == nil)
          // A first chunk of less than the stream's header is left to libpng.
          if pieces == 1 { #expect(found.isPlain) }
          #expect(compare(file, "\(colorType), \(width) x \(height)").isGood)
        }
      }
    }
  }

  /// Other pictures are libpng's from the start.
  @Test(arguments: ["palette.png", "deep.png", "deep-interlaced.png", "bit.png", "palette-alpha.png"])
  func otherKindsAreNotPlain(name: String) throws {
    try PictureData(Fixture.bytes(name)).withFile { file throws(PixelError) in
      let reader = try PNGReader(file)
      try reader.start(poll: {})
      #expect(!reader.isPlain)
    }
  }

  @Test func cutAnywhere() {
    var (pictures, random) = pictures(2)
    for picture in pictures {
      let file = picture.file(pieces: 3, after: [("tEXt", Array("a\0b".utf8))], using: &random)
      for length in 8..<file.count {
        #expect(!compare(Array(file.prefix(length)), "\(picture.colorType), cut at \(length)").isGood)
      }
    }
  }

  @Test func changedBytes() {
    var (pictures, random) = pictures(3)
    var (good, plain) = (0, 0)
    for round in 0..<1200 {
      let picture = pictures[round % 4]
      var file = picture.file(pieces: 1 + round % 3, after: [("tIME", [7, 234, 1, 1, 0, 0, 0])], using: &random)
      for _ in 0..<Int.random(in: 1...2, using: &random) {
        let place = Int.random(in: 8..<file.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: file[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: file[place] = UInt8.random(in: 0...255, using: &random)
        case 2: file.removeSubrange(place..<min(file.count, place + Int.random(in: 1...9, using: &random)))
        default: file.insert(contentsOf: file[place..<min(file.count, place + 12)], at: place)
        }
      }
      let result = compare(file, "changed, round \(round)")
      good += result.isGood ? 1 : 0
      plain += result.isPlain ? 1 : 0
    }
    // In what carries no pixels a change may go unnoticed.
    #expect(good > 20 && good < 600 && plain > 5, "\(good) good, \(plain) plain")
  }

  /// The stream changed, and the checksums of the chunks right: what the inflating makes of it.
  @Test func changedStreams() {
    var (pictures, random) = pictures(4)
    for round in 0..<1200 {
      let picture = pictures[round % 4]
      var stream = picture.stream
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: 0..<stream.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: stream[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: stream.removeSubrange(place..<min(stream.count, place + Int.random(in: 1...5, using: &random)))
        case 2: stream.removeLast(min(stream.count - 1, Int.random(in: 1...9, using: &random)))
        default: stream.insert(UInt8.random(in: 0...255, using: &random), at: place)
        }
      }
      compare(picture.file(stream: stream, pieces: 1 + round % 4, using: &random), "stream, round \(round)")
    }
  }

  /// Rows that are wrong before they are compressed: too few, too many, filters that there are not.
  @Test func changedRows() {
    var (pictures, random) = pictures(5)
    for round in 0..<400 {
      let picture = pictures[round % 4]
      var bytes = picture.filtered
      let rowLength = bytes.count / picture.rows.count
      switch round / 4 % 5 {
      case 0: bytes.removeLast(Int.random(in: 1...(2 * rowLength), using: &random))
      case 1: bytes += (0..<Int.random(in: 1...(2 * rowLength), using: &random)).map { UInt8($0 & 255) }
      case 2:
        bytes[Int.random(in: 0..<picture.rows.count, using: &random) * rowLength] = UInt8.random(
          in: 5...255, using: &random)
      case 3:
        bytes[Int.random(in: 0..<picture.rows.count, using: &random) * rowLength] = UInt8.random(
          in: 0...4, using: &random)
      default: bytes.removeAll()
      }
      let stream = round % 8 < 4 ? PNGFile.stored(bytes) : Picture.zlib(bytes)
      compare(picture.file(stream: stream, pieces: 1 + round % 3, using: &random), "rows, round \(round)")
    }
  }

  /// Chunks in other orders, missing, twice, of other kinds, of wrong lengths.
  @Test func changedChunks() {
    var (pictures, random) = pictures(6)
    for round in 0..<1200 {
      let picture = pictures[round % 4]
      var chunks = Self.chunks(
        picture.file(pieces: 3, after: [("tEXt", Array("a\0b".utf8)), ("zzZz", [1, 2])], using: &random))
      for _ in 0..<Int.random(in: 1...2, using: &random) {
        let place = Int.random(in: 1..<chunks.count, using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0: chunks.swapAt(place, Int.random(in: 1..<chunks.count, using: &random))
        case 1: chunks.insert(chunks[place], at: Int.random(in: 1...chunks.count, using: &random))
        case 2: if chunks.count > 2 { chunks.remove(at: place) }
        case 3:
          let kind = ["PLTE", "tRNS", "ABCD", "ab1d", "IDAT", "IHDR", "iCCP", "fdAT", "IEND"].randomElement(
            using: &random)
          let content = [UInt8](repeating: 3, count: Int.random(in: 0...12, using: &random))
          chunks.insert(Self.chunk(kind ?? "IDAT", content), at: place)
        case 4: chunks[place][Int.random(in: 0..<4, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 5: chunks[place][4] ^= 0x20
        case 6: chunks[place][chunks[place].count - 1] ^= 1
        default: chunks.append((0..<Int.random(in: 1...40, using: &random)).map { UInt8($0) })
        }
      }
      compare(Array(PNGFile.signature + chunks.joined()), "chunks, round \(round)")
    }
  }

  /// A stream that ends right at the end of a chunk, in the middle of its checksum, or with other bytes behind it.
  @Test func everyPlaceToDivideAStream() {
    var (pictures, random) = pictures(7)
    for picture in pictures {
      let wrong = picture.stream.dropLast(2) + [0, 1]
      for stream in [picture.stream, Array(wrong), picture.stream + [1, 2, 3]] {
        for place in [0, 1, 2, 3] + Array((stream.count - 10)...stream.count) {
          var file = PNGFile(width: picture.width, height: picture.rows.count, colorType: picture.colorType)
          file.add("IDAT", Array(stream.prefix(place)))
          file.add("IDAT", [])
          file.add("IDAT", Array(stream.dropFirst(place)))
          if Bool.random(using: &random) { file.add("IDAT", []) }
          file.add("IEND", [])
          compare(file.bytes, "divided at \(place) of \(stream.count)")
        }
      }
    }
  }

  private static func chunk(_ kind: String, _ content: [UInt8]) -> [UInt8] {
    var file = PNGFile(width: 1, height: 1, colorType: 0)
    let start = file.bytes.count
    file.add(kind, content)
    return Array(file.bytes[start...])
  }

  private static func chunks(_ file: [UInt8]) -> [[UInt8]] {
    var chunks: [[UInt8]] = []
    var rest = file.dropFirst(8)
    while rest.count >= 12 {
      let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) } + 12
      chunks.append(Array(rest.prefix(length)))
      rest = rest.dropFirst(length)
    }
    return chunks
  }
}
