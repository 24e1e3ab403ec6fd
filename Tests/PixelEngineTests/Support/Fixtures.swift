import Foundation
import PixelEngine
import Testing

/// The pictures beside the tests, and what Pillow makes of them. `Fixtures/make_reference.py` made both.
struct Reference: Sendable, CustomTestStringConvertible {
  let name: String
  let width: Int
  let height: Int
  let model: ColorModel
  let sizes: [GridSize]

  var testDescription: String { name }
  var file: [UInt8] { Fixture.bytes(name) }
  var format: ImageFormat { name.hasSuffix(".png") ? .png : .jpeg }

  /// The reference grids, by size; colours multiplied by alpha.
  var grids: [GridSize: [UInt8]] {
    var rest = Fixture.bytes(name + ".grids")[...]
    var result: [GridSize: [UInt8]] = [:]
    for size in sizes {
      let count = size.side * size.side * model.channels
      result[size] = Array(rest.prefix(count))
      rest = rest.dropFirst(count)
    }
    return result
  }

  static let all: [Reference] = String(decoding: Fixture.bytes("references.txt"), as: UTF8.self)
    .split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ").map(String.init)
      let models = ["grey": ColorModel.grey, "greyAlpha": .greyAlpha, "rgb": .rgb, "rgba": .rgba, "cmyk": .cmyk]
      guard fields.count == 5, let width = Int(fields[1]), let height = Int(fields[2]), let model = models[fields[3]]
      else { return nil }
      let sizes = fields[4].split(separator: ",").compactMap { Int($0).flatMap(GridSize.init(rawValue:)) }
      return Reference(name: fields[0], width: width, height: height, model: model, sizes: sizes)
    }
}

enum Fixture {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures")

  static func bytes(_ name: String) -> [UInt8] {
    do {
      return Array(try Data(contentsOf: folder.appending(path: name)))
    } catch {
      Issue.record("fixture \(name): \(error)")
      return []
    }
  }
}

/// The shared sets of pictures beside the repository, if they are there.
enum Corpus {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Looks beside the repository and beside each folder above it.
  private static func folder(_ path: String) -> URL? {
    var place = root
    while place.path != "/" {
      place.deleteLastPathComponent()
      let candidate = place.appending(path: "shared/corpus").appending(path: path)
      if FileManager.default.fileExists(atPath: candidate.path) { return candidate }
    }
    return nil
  }

  static func files(_ path: String, suffix: String) -> [URL] {
    guard let folder = folder(path) else { return [] }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(suffix) }.sorted().map { folder.appending(path: $0) }
  }

  static let pngSuite = files("pngsuite/png", suffix: ".png")
  static let portraits = files("exif-orientation", suffix: ".jpg")
}

extension URL {
  var bytes: [UInt8] { (try? Data(contentsOf: self)).map(Array.init) ?? [] }
}

/// Colours multiplied by alpha, where there is alpha.
func premultiplied(_ samples: [UInt8], model: ColorModel) -> [UInt8] {
  guard model.hasAlpha else { return samples }
  let channels = model.channels
  return samples.indices.map { index in
    let alpha = Int(samples[index / channels * channels + channels - 1])
    return index % channels == channels - 1 ? samples[index] : UInt8((Int(samples[index]) * alpha + 127) / 255)
  }
}

/// The largest difference of any sample.
func largestDifference(_ a: [UInt8], _ b: [UInt8]) -> Int {
  guard a.count == b.count else { return .max }
  return zip(a, b).reduce(0) { max($0, abs(Int($1.0) - Int($1.1))) }
}

/// Random numbers that are the same in every run (xorshift64*).
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_F491_4F6C_DD1D
  }
}
