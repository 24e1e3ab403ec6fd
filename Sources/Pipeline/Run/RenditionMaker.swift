package import PixelEngine
import Synchronization

/// Makes the renditions of pictures, as many pictures at once as there are cores and memory for.
///
/// A picture that is decoded row by row takes little; a progressive or interlaced one as much as its area, which its
/// header tells before anything is taken.
package struct RenditionMaker: Sendable {
  private let engine: PixelEngine
  private let form: RenditionForm
  private let threads: Int
  private let cores: Budget
  private let memory: Budget

  /// - Parameter options: half of their memory is for decoding; a picture that needs more waits until it is alone.
  package init(engine: PixelEngine, options: RunOptions) {
    self.engine = engine
    form = options.form
    threads = options.decoders
    cores = Budget(total: options.decoders)
    memory = Budget(total: options.memoryBytes / 2)
  }

  /// Decodes a picture once and encodes it in each size, from the smallest to the largest.
  ///
  /// - Parameters:
  ///   - pictures: how many are under way in all. Where there are fewer than cores, each has a share of them.
  /// - Throws: as `PixelEngine.pixelate` and `encodeAll`.
  package func renditions(
    of picture: PictureData, sizes: [GridSize] = GridSize.allCases, among pictures: Int = 1
  ) async throws(PixelError) -> [Rendition] {
    let lanes = max(1, threads / max(1, pictures))
    let made = await memory.with(engine.workingBytes(of: picture)) {
      await cores.with(1) {
        await withTaskExecutorPreference(DecodeExecutor.shared) {
          await Self.renditions(of: picture, sizes: sizes, form: form, engine: engine, lanes: lanes)
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
