import PixelEngine
import Synchronization
import Testing

@testable import Pipeline

@Suite struct RenditionMakerTests {
  /// Pictures being read, now and at most.
  private final class Readings: Sendable {
    private let counts = Mutex((now: 0, most: 0))

    var most: Int { counts.withLock { $0.most } }

    func begin() {
      counts.withLock { counts in
        counts.now += 1
        counts.most = max(counts.most, counts.now)
      }
    }

    func end() { counts.withLock { $0.now -= 1 } }
  }

  private static let file: [UInt8]? = {
    let pixels = (0..<6400).map { RGBA(red: UInt8($0 & 255), green: UInt8($0 >> 6), blue: 7) }
    return try? PixelEngine().encode(Raster(width: 80, height: 80, pixels: pixels), as: .jpeg)
  }()

  /// A picture that calls back when it is being decoded. Its header is looked at ahead of its turn, so that is the second
  /// time that it is read.
  private func picture(
    _ file: [UInt8], _ readings: Readings, whileReading: @escaping @Sendable () -> Void
  ) -> PictureData {
    let starts = Mutex(0)
    return PictureData(count: file.count) { offset, target in
      let part = file[min(offset, file.count)..<min(offset + target.count, file.count)]
      target.copyBytes(from: part)
      // Before all of it a few bytes are read each time, to tell the format.
      if offset == 0, target.count >= file.count, starts.withLock({ Self.isSecond(&$0) }) {
        readings.begin()
        whileReading()
        readings.end()
      }
      return part.count
    }
  }

  private static func isSecond(_ count: inout Int) -> Bool {
    count += 1
    return count == 2
  }

  private func maker(memory: Int, decoders: Int) -> RenditionMaker {
    var options = RunOptions()
    options.memoryBytes = memory
    options.decoders = decoders
    return RenditionMaker(engine: PixelEngine(), options: options)
  }

  /// Makes so many pictures at once; each gives its five renditions.
  private func make(
    _ count: Int, with maker: RenditionMaker, _ readings: Readings, whileReading: @escaping @Sendable () -> Void
  ) async throws {
    let file = try #require(Self.file)
    await withTaskGroup { group in
      for _ in 0..<count {
        let picture = picture(file, readings, whileReading: whileReading)
        group.addTask { (try? await maker.renditions(of: picture))?.count }
      }
      for await count in group { #expect(count == 5) }
    }
  }

  @Test func oneAtATimeWhereMemoryIsForOne() async throws {
    let readings = Readings()
    try await make(6, with: maker(memory: 24 << 20, decoders: 4), readings) {
      let end = ContinuousClock.now + .milliseconds(20)
      while ContinuousClock.now < end {}
    }
    #expect(readings.most == 1)
  }

  @Test func severalAtOnceWhereThereIsMemory() async throws {
    let readings = Readings()
    try await make(2, with: maker(memory: 200 << 20, decoders: 4), readings) {
      // Each waits for the other.
      let end = ContinuousClock.now + .seconds(60)
      while readings.most < 2, ContinuousClock.now < end {}
    }
    #expect(readings.most == 2)
  }

  @Test func sizesAndErrors() async throws {
    let file = try #require(Self.file)
    let maker = maker(memory: 200 << 20, decoders: 2)
    let some = try await maker.renditions(of: PictureData(file), sizes: [.x48, .x8])
    #expect(some.map(\.size) == [.x8, .x48] && some.allSatisfy { $0.format == .jpeg })
    let image = try PixelEngine().pixelate(file, sizes: [.x8])
    #expect(try PixelEngine().encode(image.grids[0], of: image) == some[0].bytes)
    await #expect(throws: PixelError.notAnImage) { try await maker.renditions(of: PictureData([1, 2, 3])) }
    let cancelled = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await maker.renditions(of: PictureData(file)).count
    }
    await #expect(throws: PixelError.cancelled) { try await cancelled.value }
  }
}
