internal import Dispatch
internal import Synchronization

extension PixelEngine {
  /// Writes a grid as a rendition: in the source's format and colour model, with its ICC profile and none of its other
  /// metadata. JPEG at quality 75, colours 4:2:0.
  ///
  /// - Parameters:
  ///   - grid: one of `image.grids`, or one of the same model.
  ///   - image: where it came from.
  ///   - form: the upright picture's size with flat cells, or N x N pixels.
  /// - Throws: `encodingFailed`, for a shape or model that the format has no room for.
  package func encode(
    _ grid: Grid, of image: PixelatedImage, form: RenditionForm = .mosaic
  ) throws(PixelError) -> [UInt8] {
    let mosaic =
      switch form {
      case .mosaic: Mosaic(grid: grid, width: image.width, height: image.height, colorProfile: image.colorProfile)
      case .grid:
        Mosaic(grid: grid, width: grid.size.side, height: grid.size.side, colorProfile: image.colorProfile)
      }
    return switch image.format {
    case .png: try PNGEncoder.encode(mosaic)
    case .jpeg: try JPEGEncoder.encode(mosaic)
    }
  }

  /// Writes all grids of a picture, from the smallest to the largest.
  ///
  /// - Parameters:
  ///   - form: as for a single one.
  ///   - lanes: threads that may write side by side, 1 or more; default 1. The bytes are the same.
  /// - Throws: `encodingFailed`, of the smallest that cannot be written.
  package func encodeAll(
    of image: PixelatedImage, form: RenditionForm = .mosaic, lanes: Int = 1
  ) throws(PixelError) -> [[UInt8]] {
    let count = image.grids.count
    let begun = Atomic(0)
    let written = Mutex<[Int: Result<[UInt8], PixelError>]>([:])
    DispatchQueue.concurrentPerform(iterations: min(max(1, lanes), count)) { _ in
      while true {
        // The largest first: a grid of 64 costs more than all others together.
        let index = count - 1 - begun.wrappingAdd(1, ordering: .relaxed).oldValue
        if index < 0 { return }
        let file = Result { () throws(PixelError) in try encode(image.grids[index], of: image, form: form) }
        written.withLock { $0[index] = file }
      }
    }
    let files = written.withLock { $0 }
    var all: [[UInt8]] = []
    for index in 0..<count { if let file = files[index] { all.append(try file.get()) } }
    return all
  }
}
