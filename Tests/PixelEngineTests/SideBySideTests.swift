import CJPEG
import Testing

@testable import PixelEngine

/// A JPEG with restart markers gives the same on several threads as on one.
@Suite("Side by side") struct SideBySideTests {
  private static var engine: PixelEngine {
    var engine = PixelEngine()
    engine.fewestPixelsForLanes = 1
    return engine
  }
  private var engine: PixelEngine { Self.engine }

  /// A file, its name, and how many parts it can be cut into, of four.
  struct Sample: Sendable, CustomTestStringConvertible {
    let name: String
    let file: [UInt8]
    let mostParts: Int

    var testDescription: String { name }
  }

  static let samples: [Sample] = {
    var samples = [("444", 4), ("422-half", 4), ("420-two", 3), ("420-odd", 2), ("420-uncut", 1)].map {
      Sample(name: $0.0, file: Fixture.bytes("restart-\($0.0).jpg"), mostParts: $0.1)
    }
    for (channels, rows, width, height, parts) in [
      (3, 1, 77, 300, 4), (3, 1, 1, 257, 4), (3, 3, 40, 400, 2), (1, 1, 131, 140, 4), (1, 5, 64, 320, 2),
      (4, 1, 50, 129, 4), (4, 2, 33, 200, 3),
    ] {
      samples.append(
        Sample(
          name: "\(channels) channels, \(rows) rows, \(width) x \(height)",
          file: noise(width: width, height: height, channels: channels, restartRows: rows), mostParts: parts))
    }
    // The blocks of an MCU of 4:2:2 stand side by side; say that they stand one below the other, and it is 4:4:0.
    var turned = Fixture.bytes("restart-422-half.jpg")
    if let frame = turned.indices.dropLast(12).first(where: { turned[$0] == 0xFF && turned[$0 + 1] == 0xC0 }) {
      turned.replaceSubrange((frame + 5)..<(frame + 9), with: [3, 16, 0, 48])
      turned[frame + 11] = 0x12
    }
    samples.append(Sample(name: "440", file: turned, mostParts: 4))
    // Of a single component it makes no difference how it would be sampled beside others.
    var grey = noise(width: 64, height: 264, channels: 1, restartRows: 1)
    if let frame = grey.indices.dropLast(12).first(where: { grey[$0] == 0xFF && grey[$0 + 1] == 0xC0 }) {
      grey[frame + 11] = 0x22
    }
    samples.append(Sample(name: "grey of 2 x 2", file: grey, mostParts: 4))
    return samples
  }()

  private static func noise(width: Int, height: Int, channels: Int, restartRows: Int) -> [UInt8] {
    guard let writer = px_jpeg_writer_open() else { return [] }
    defer { px_jpeg_writer_close(writer) }
    var format = px_jpeg_format()
    format.width = UInt32(width)
    format.height = UInt32(height)
    format.channels = UInt32(channels)
    format.quality = 70
    format.restart_rows = UInt32(restartRows)
    guard px_jpeg_writer_start(writer, &format) == PX_JPEG_OK else { return [] }
    var random = SeededNumbers(seed: UInt64(width * height))
    for _ in 0..<height {
      let row = (0..<(width * channels)).map { UInt8(clamping: 40 + $0 % 160 + Int.random(in: 0...50, using: &random)) }
      guard px_jpeg_write_row(writer, row, 1) == PX_JPEG_OK else { return [] }
    }
    var bytes: UnsafePointer<UInt8>?
    var length = 0
    guard px_jpeg_writer_finish(writer, &bytes, &length) == PX_JPEG_OK else { return [] }
    return Array(UnsafeBufferPointer(start: bytes, count: length))
  }

  private struct Collector: RowSink {
    let rowBytes: Int
    var samples: [UInt8] = []

    mutating func take(_ rows: UnsafePointer<UInt8>, count: Int) {
      samples.append(contentsOf: UnsafeBufferPointer(start: rows, count: count * rowBytes))
    }
  }

  private func parts(of data: PictureData, lanes: Int) throws -> [PicturePart]? {
    try data.withFile { file in
      guard let header = RestartHeader(file) else { return nil }
      return try PicturePart.all(of: data, file, header: header, lanes: lanes) {}
    }
  }

  /// Every sample of every row, those at the cuts among them.
  @Test(arguments: samples, [2, 3, 4]) func rowsAreTheSame(sample: Sample, lanes: Int) throws {
    let (header, expected) = try decoded(sample.file)
    let parts = try parts(of: PictureData(sample.file), lanes: lanes)
    #expect((parts?.count ?? 1) == min(lanes, sample.mostParts))
    guard let parts else { return }
    var collector = Collector(rowBytes: header.rowBytes)
    for part in parts { try part.decode(as: header, batch: 5, into: &collector) {} }
    #expect(collector.samples == expected)
    #expect(parts.first?.rows.lowerBound == 0 && parts.last?.rows.upperBound == header.rows)
  }

  @Test(arguments: samples, [1, 2, 3, 4]) func gridsAreTheSame(sample: Sample, lanes: Int) throws {
    let expected = try engine.pixelate(sample.file)
    let image = try engine.pixelate(sample.file, lanes: lanes)
    #expect(image.grids == expected.grids)
    #expect(image.width == expected.width && image.height == expected.height && image.model == expected.model)
    let windows = PictureData(count: sample.file.count) { offset, target in
      let part = sample.file[offset..<min(offset + min(509, target.count), sample.file.count)]
      target.copyBytes(from: part)
      return part.count
    }
    #expect(try engine.pixelate(windows, lanes: lanes).grids == expected.grids)
  }

  private func isDoneInParts(_ file: [UInt8], engine: PixelEngine) throws -> Bool {
    let result = try engine.decodeSideBySide(
      PictureData(file), lanes: 2, deadline: engine.deadline, isCancelled: { false }
    ) { header throws(PixelError) in
      TriangleFilter(width: header.width, height: header.height, model: header.model, shapes: [])
    }
    return result != nil
  }

  @Test func onlyWhatIsWorthItAndSoundIsCut() throws {
    let file = Fixture.bytes("restart-444.jpg")
    #expect(try isDoneInParts(file, engine: engine))
    #expect(try !isDoneInParts(file, engine: PixelEngine()))
    for name in ["restart-420-uncut.jpg", "rgb.jpg", "progressive.jpg", "arithmetic.jpg", "rgb.png"] {
      #expect(try !isDoneInParts(Fixture.bytes(name), engine: engine), "\(name)")
    }
    let markers = file.indices.dropLast().filter { file[$0] == 0xFF && file[$0 + 1] & 0xF8 == 0xD0 }
    let middle = markers[markers.count / 2]
    func changed(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
      var file = file
      change(&file)
      return file
    }
    let odd: [(String, [UInt8])] = [
      ("out of order", changed { $0[middle + 1] = 0xD0 | ($0[middle + 1] + 1) & 7 }),
      ("missing", changed { $0.removeSubrange(middle..<(middle + 2)) }),
      ("twice", changed { $0.insert(contentsOf: $0[middle..<(middle + 2)], at: middle) }),
      ("one too many", changed { $0.insert(contentsOf: [0xFF, 0xD0 | UInt8(markers.count & 7)], at: $0.count - 2) }),
      ("another marker", changed { $0[middle + 1] = 0xDC }),
      ("fill bytes", changed { $0.insert(0xFF, at: middle) }),
      ("no end", Array(file.dropLast(2))),
      ("wrong codes", changed { for i in 3..<40 { $0[middle + i] = i % 2 == 0 ? 0xFE : 0xFD } }),
    ]
    for (name, file) in odd {
      #expect(try !isDoneInParts(file, engine: engine), "\(name)")
      #expect(outcome(file, lanes: 2) == outcome(file, lanes: 1), "\(name)")
    }
  }

  private func outcome(_ file: [UInt8], lanes: Int) -> Result<[Grid], PixelError> {
    do throws(PixelError) {
      return .success(try engine.pixelate(file, sizes: [.x8], lanes: lanes).grids)
    } catch {
      return .failure(error)
    }
  }

  /// What is wrong with a file is told in the same words, and what passes is the same picture.
  @Test(arguments: samples.filter { $0.mostParts > 1 }) func damageIsTheSame(sample: Sample) {
    for length in stride(from: 1, to: sample.file.count, by: max(1, sample.file.count / 10)) {
      let cut = Array(sample.file.prefix(length))
      #expect(outcome(cut, lanes: 3) == outcome(cut, lanes: 1), "\(length)")
    }
    var random = SeededNumbers(seed: UInt64(sample.file.count))
    for round in 0..<15 {
      var changed = sample.file
      random.damage(&changed, times: 1...3)
      #expect(outcome(changed, lanes: 3) == outcome(changed, lanes: 1), "\(round)")
    }
  }

  /// Every byte of a header, with the values that hurt.
  @Test func headersAreHostile() {
    let file = Fixture.bytes("restart-420-two.jpg")
    var limits = Limits()
    limits.pixels = 100_000
    var engine = PixelEngine(limits: limits)
    engine.fewestPixelsForLanes = 0
    for place in 2..<(file.count - 2) {
      if place > 12, file[place - 12] == 0xFF, file[place - 11] == 0xDA { break }
      for value in [0, 1, 0x7F, 0xFF] as [UInt8] where file[place] != value {
        var changed = file
        changed[place] = value
        do throws(PixelError) {
          _ = try engine.decodeSideBySide(
            PictureData(changed), lanes: 4, deadline: engine.deadline, isCancelled: { false }
          ) { header throws(PixelError) in
            TriangleFilter(width: header.width, height: header.height, model: header.model, shapes: [])
          }
        } catch {
          Issue.record("\(place) \(value): \(error)")
        }
      }
    }
  }

  @Test func limitsAndCancellingHoldForAll() throws {
    let file = Fixture.bytes("restart-444.jpg")
    var limits = Limits()
    limits.seconds = 0
    var hurried = PixelEngine(limits: limits)
    hurried.fewestPixelsForLanes = 1
    #expect(throws: PixelError.tooLarge(limit: .seconds, value: 0, maximum: 0)) { try hurried.pixelate(file, lanes: 2) }
    for last in 1...4 {
      var asked = 0
      #expect(throws: PixelError.cancelled, "\(last)") {
        try engine.pixelate(
          file, lanes: 4,
          isCancelled: {
            asked += 1
            return asked == last
          })
      }
      #expect(asked == last)
    }
    // Enough memory for one thread, not for two.
    limits = Limits()
    limits.memoryBytes = 90 * 3 * (64 + 48)
    var small = PixelEngine(limits: limits)
    small.fewestPixelsForLanes = 1
    #expect(try !isDoneInParts(file, engine: small))
    #expect(try small.pixelate(file, lanes: 2).grids == engine.pixelate(file).grids)
    limits.memoryBytes *= 3
    small = PixelEngine(limits: limits)
    small.fewestPixelsForLanes = 1
    #expect(try isDoneInParts(file, engine: small))
  }

  @Test func aFileThatCannotBeReadOnSaysSo() {
    let file = Fixture.bytes("restart-444.jpg")
    for end in stride(from: 400, to: file.count, by: 1777) {
      let data = PictureData(count: file.count) { offset, target in
        if offset >= end { return nil }
        let part = file[offset..<min(offset + min(256, target.count), end)]
        target.copyBytes(from: part)
        return part.count
      }
      #expect(throws: PixelError.unreadable) { try engine.pixelate(data, lanes: 3) }
    }
  }

  /// Markers are numbered anew wherever the windows end: before, within or behind one.
  @Test(arguments: [0, 3, 7] as [UInt8]) func numbersAcrossWindows(firstMarker: UInt8) {
    let start = 70_000
    var whole = [UInt8](repeating: 0x55, count: 3 << 16)
    var expected = Array(whole[start...].dropLast(100))
    var number: UInt8 = 0
    for place in [1, 2 << 16 - start - 1, 131_072 - start - 1, 131_072 - start + 60, 100_000, 126_000].sorted()
    where place > 0 && place + 1 < expected.count {
      whole.replaceSubrange((start + place)..<(start + place + 2), with: [0xFF, 0xD0 | (number + firstMarker) & 7])
      expected.replaceSubrange(place..<(place + 2), with: [0xFF, 0xD0 | number & 7])
      number += 1
    }
    // Stuffing, and what looks like a marker but follows none of the signs for it.
    whole.replaceSubrange((start + 500)..<(start + 504), with: [0xFF, 0x00, 0xD5, 0xD0])
    expected.replaceSubrange(500..<504, with: [0xFF, 0x00, 0xD5, 0xD0])
    let header: [UInt8] = [1, 2, 0xFF]
    for most in [1 << 20, 65_536, 4099, 61] {
      let data = PictureData(count: whole.count) { [whole] offset, target in
        let part = whole[offset..<min(offset + min(most, target.count), whole.count)]
        target.copyBytes(from: part)
        return part.count
      }
      let part = PartFile(whole: data, header: header, data: start..<(whole.count - 100), firstMarker: firstMarker)
      let bytes = part.picture.withFile { $0.bytes(at: 0, length: 1 << 20) }
      #expect(bytes == header + expected + [0xFF, 0xD9], "\(most)")
    }
  }

  /// Parts of a filter, wherever its rows are cut, put together are the filter, to the last bit of its numbers.
  @Test(arguments: [(31, 500), (7, 9000), (50, 13)], [ColorModel.grey, .rgb, .cmyk])
  func partsOfAFilter(side: (width: Int, height: Int), model: ColorModel) {
    var random = SeededNumbers(seed: UInt64(side.height))
    let rowBytes = side.width * model.channels
    let samples = (0..<(rowBytes * side.height)).map { _ in UInt8.random(in: 0...255, using: &random) }
    func makeFilter() -> TriangleFilter {
      TriangleFilter(
        width: side.width, height: side.height, model: model,
        shapes: [8, 48, 64].map { TriangleFilter.Shape(columns: $0, rows: $0) } + [.init(columns: 1, rows: 1)])
    }
    func give(_ rows: Range<Int>, to sink: some RowSink) {
      var sink = sink
      samples.withUnsafeBufferPointer { samples in
        guard let base = samples.baseAddress else { return }
        var row = rows.lowerBound
        while row < rows.upperBound {
          let count = min(Int.random(in: 1...70, using: &random), rows.upperBound - row)
          sink.take(base + row * rowBytes, count: count)
          row += count
        }
      }
    }
    let whole = makeFilter()
    give(0..<side.height, to: whole)
    for number in [1, 2, 3, 7] {
      let cuts = Set((1..<number).map { _ in Int.random(in: 1..<side.height, using: &random) } + [0, side.height])
      let filter = makeFilter()
      for (start, end) in zip(cuts.sorted(), cuts.sorted().dropFirst()) {
        let part = TriangleFilter.Part(of: filter, firstRow: start)
        give(start..<end, to: part)
        filter.append(part)
      }
      for target in 0..<4 { #expect(filter.values(of: target) == whole.values(of: target)) }
    }
  }
}
