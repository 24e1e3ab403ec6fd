internal import CIGZIP

/// Reads the cells of a PNG that `PNGEncoder` has put together, without its pixels: of each row of cells one row of pixels
/// tells where samples change, and the others are that row once more.
enum MosaicPNG {
  /// The longest stream that is read, in bytes; those of 100 megapixels have a third of a megabyte.
  private static let longestStream = 8 << 20

  /// The middle pixel of each cell, as `CellSampler` picks it.
  ///
  /// - Parameter offset: where in the file the content of the first IDAT chunk begins.
  /// - Returns: nil if the file was made in any other way, or anything is wrong with it.
  static func samples(_ file: PictureFile, at offset: Int, header: PictureHeader, size: GridSize) -> [UInt8]? {
    let length = PNGChunks.number(file.bytes(at: offset - 8, length: 4)[...])
    guard length <= longestStream else { return nil }
    // The checksum covers the chunk's type, which stands before its content, and follows it.
    let chunk = file.bytes(at: offset - 4, length: length + 8)
    guard chunk.count == length + 8,
      PNGChunks.number(chunk.suffix(4)) == Int(px_crc32(0, chunk, length + 4))
    else { return nil }
    return chunk.withUnsafeBufferPointer { chunk in
      guard var inflater = RunInflater(UnsafeBufferPointer(rebasing: chunk[4..<(4 + length)])) else { return nil }
      return samples(&inflater, header: header, size: size)
    }
  }

  private static func samples(_ inflater: inout RunInflater, header: PictureHeader, size: GridSize) -> [UInt8]? {
    let columns = CellSampler.middlePixels(length: header.width, cells: size.side)
    let rows = CellSampler.middlePixels(length: header.height, cells: size.side)
    var samples: [UInt8] = []
    samples.reserveCapacity(size.side * size.side * header.model.channels)
    var steps = RowSteps(channels: header.model.channels)
    var next = 0
    for row in 0..<header.height {
      guard let filter = inflater.next() else { return nil }
      switch filter {
      case 1: steps.removeAll()
      case 2 where row > 0: break
      default: return nil
      }
      var place = 0
      while place < header.rowBytes {
        guard let piece = inflater.next() else { return nil }
        if piece < 0 {
          place -= piece
        } else {
          // Under "Up" it would say how the row differs from the one above.
          guard piece > 0, filter == 1, steps.add(UInt8(truncatingIfNeeded: piece), at: place) else { return nil }
          place += 1
        }
      }
      guard place == header.rowBytes else { return nil }
      while next < rows.count, rows[next] == row {
        steps.append(columns, to: &samples)
        next += 1
      }
    }
    // What is behind the last middle costs little, and then the whole file is known to be as it was written.
    return inflater.next() == 0 && inflater.finish() ? samples : nil
  }
}

/// A row of pixels behind the filter "Sub": where a sample differs from that of the pixel to its left, and by how much.
private struct RowSteps {
  let channels: Int
  private var steps: [(place: Int, difference: UInt8)] = []

  init(channels: Int) { self.channels = channels }

  mutating func removeAll() { steps.removeAll(keepingCapacity: true) }

  /// - Returns: false if there are more than cells can make.
  mutating func add(_ difference: UInt8, at place: Int) -> Bool {
    guard steps.count < GridSize.x64.side * channels else { return false }
    steps.append((place, difference))
    return true
  }

  /// Adds the samples of some pixels.
  ///
  /// - Parameter columns: which; they only grow.
  func append(_ columns: [Int], to samples: inout [UInt8]) {
    var pixel = [UInt8](repeating: 0, count: channels)
    var next = 0
    for column in columns {
      while next < steps.count, steps[next].place < (column + 1) * channels {
        pixel[steps[next].place % channels] &+= steps[next].difference
        next += 1
      }
      samples += pixel
    }
  }
}
