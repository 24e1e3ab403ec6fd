import CJPEG
import Testing

@testable import PixelEngine

/// All samples of a file, row by row, as the engine's own decoding gives them.
func decoded(_ file: [UInt8]) throws(PixelError) -> (header: PictureHeader, samples: [UInt8]) {
  struct Collector: RowSink {
    let rowBytes: Int
    var samples: [UInt8] = []

    mutating func take(_ rows: UnsafePointer<UInt8>, count: Int) {
      samples.append(contentsOf: UnsafeBufferPointer(start: rows, count: count * rowBytes))
    }
  }
  let (header, collector) = try PixelEngine().decode(PictureData(file), isCancelled: { false }) {
    header throws(PixelError) in Collector(rowBytes: header.rowBytes)
  }
  return (header, collector.samples)
}

extension Mosaic {
  init(model: ColorModel, size: GridSize, width: Int, height: Int, using random: inout SeededNumbers) {
    // Cells that are near each other, or all that there is, and some that are equal.
    let range = [UInt8(0)...255, 100...140, 200...201].randomElement(using: &random) ?? 0...255
    let count = size.side * size.side * model.channels
    let samples = (0..<count).map { _ in UInt8.random(in: range, using: &random) }
    self.init(grid: Grid(size: size, model: model, samples: samples), width: width, height: height, colorProfile: nil)
  }

  /// Every sample, by the formula of the mapping.
  var samples: [UInt8] {
    let (side, channels) = (grid.size.side, model.channels)
    var samples: [UInt8] = []
    samples.reserveCapacity(width * height * channels)
    var row: [UInt8] = []
    var last = -1
    for y in 0..<height {
      let cell = (2 * y + 1) * side / (2 * height)
      if cell != last {
        row.removeAll(keepingCapacity: true)
        for x in 0..<width {
          let start = (cell * side + (2 * x + 1) * side / (2 * width)) * channels
          row += grid.samples[start..<(start + channels)]
        }
        last = cell
      }
      samples += row
    }
    return samples
  }

  private var model: ColorModel { grid.model }

  /// What libjpeg writes, row by row, at the quality of a rendition.
  func plainJPEG() throws -> [UInt8] {
    let writer = try #require(px_jpeg_writer_open())
    defer { px_jpeg_writer_close(writer) }
    var format = px_jpeg_format()
    format.width = UInt32(width)
    format.height = UInt32(height)
    format.channels = UInt32(model.channels)
    format.quality = 75
    #expect(px_jpeg_writer_start(writer, &format) == PX_JPEG_OK)
    let samples = samples
    let rowBytes = width * model.channels
    for y in 0..<height {
      let status = samples.withUnsafeBufferPointer {
        px_jpeg_write_row(writer, $0.baseAddress.map { $0 + y * rowBytes }, 1)
      }
      #expect(status == PX_JPEG_OK)
    }
    var bytes: UnsafePointer<UInt8>?
    var length = 0
    #expect(px_jpeg_writer_finish(writer, &bytes, &length) == PX_JPEG_OK)
    return Array(UnsafeBufferPointer(start: bytes, count: length))
  }
}
