package import PixelEngine
import Synchronization

/// Makes the renditions of pictures, as many pictures at once as there are cores and memory for.
///
/// A picture that is decoded row by row takes little; a progressive or interlaced one as much as its area, which its
/// header tells.
package struct RenditionMaker: Sendable {
  private let engine: PixelEngine
  private let options: RunOptions
  private let cores: Budget
  private let memory: Budget
  private let underWay = Count()

  /// - Parameter options: their decoders and memory; a picture that needs more than there is waits until it is alone.
  package init(engine: PixelEngine, options: RunOptions) {
    self.engine = engine
    self.options = options
    cores = Budget(total: options.decoders)
    memory = Budget(total: options.decodingBytes)
  }

  /// Decodes a picture once and encodes it in each size, from the smallest to the largest. Where there are fewer pictures
  /// than cores, each has a share of them.
  ///
  /// - Throws: as `PixelEngine.pixelate` and `encodeAll`.
  package func renditions(
    of picture: PictureData, sizes: [GridSize] = GridSize.allCases
  ) async throws(PixelError) -> [Rendition] {
    underWay.value.add(1, ordering: .relaxed)
    defer { underWay.value.subtract(1, ordering: .relaxed) }
    let made = await cores.with(1) {
      await withTaskExecutorPreference(DecodeExecutor.shared) {
        let lanes = max(1, options.decoders / max(1, underWay.value.load(ordering: .relaxed)))
        return await memory.with(engine.workingBytes(of: picture, lanes: lanes)) {
          await Self.renditions(of: picture, sizes: sizes, form: options.form, engine: engine, lanes: lanes)
        }
      }
    }
    guard let made = made ?? nil else { throw .cancelled }
    return try made.get()
  }

  private static func renditions(
    of picture: PictureData, sizes: [GridSize], form: RenditionForm, engine: PixelEngine, lanes: Int
  ) async -> Result<[Rendition], PixelError> {
    do throws(PixelError) {
      let image = try engine.pixelate(picture, sizes: sizes, lanes: lanes, isCancelled: { Task.isCancelled })
      let files = try engine.encodeAll(of: image, form: form, lanes: lanes)
      return .success(zip(image.grids, files).map { Rendition(size: $0.size, format: image.format, bytes: $1) })
    } catch {
      return .failure(error)
    }
  }
}

/// One rendition, ready to be written.
package struct Rendition: Sendable {
  package let size: GridSize
  package let format: ImageFormat
  package let bytes: [UInt8]
}

/// Pictures in hand, those that wait among them.
private final class Count: Sendable {
  let value = Atomic(0)
}
