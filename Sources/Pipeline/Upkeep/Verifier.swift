package import ObjectStore
package import PixelEngine

/// What is wrong with one stored rendition.
package enum RenditionFault: Hashable, Sendable {
  /// It cannot be read or decoded.
  case unreadable(Failure)
  /// Its format is not the source's.
  case wrongFormat(ImageFormat, expected: ImageFormat)
  /// It has neither the source's size nor the grid's.
  case wrongSize(width: Int, height: Int, expectedWidth: Int, expectedHeight: Int)
  /// Cells that are not of one colour.
  case notFlat(cells: Int)
  /// Its colours are not the source's: the greatest difference in a channel, 0...255.
  case wrongColors(difference: Int)
  /// It was made of another version of the source, or does not say of which.
  case wrongSource(etag: String?)

  /// A word for lists and JSON.
  package var code: String {
    switch self {
    case .unreadable(let failure): failure.code.rawValue
    case .wrongFormat: "wrong-format"
    case .wrongSize: "wrong-size"
    case .notFlat: "not-flat"
    case .wrongColors: "wrong-colors"
    case .wrongSource: "wrong-source"
    }
  }

  /// A sentence for people.
  package var message: String {
    switch self {
    case .unreadable(let failure): failure.message
    case .wrongFormat(let format, let expected):
      "The rendition is a \(format.rawValue), the source a \(expected.rawValue)."
    case .wrongSize(let width, let height, let expectedWidth, let expectedHeight):
      "The rendition has \(width)x\(height) pixels, the source \(expectedWidth)x\(expectedHeight)."
    case .notFlat(let cells): "\(cells) cells are not of one colour."
    case .wrongColors(let difference): "Its colours differ from the source's by up to \(difference)."
    case .wrongSource(.some): "It was made of another version of the source."
    case .wrongSource(nil): "It does not say which source it was made of."
    }
  }
}

/// The verdict on one rendition.
package struct VerifyResult: Hashable, Sendable {
  package var key: ObjectKey
  package var size: GridSize
  /// Nil where all is well.
  package var fault: RenditionFault?

  package init(key: ObjectKey, size: GridSize, fault: RenditionFault?) {
    self.key = key
    self.size = size
    self.fault = fault
  }
}

/// The verdicts on the renditions of one object, or why its source cannot be read.
package struct ObjectVerdict: Sendable {
  package var key: ObjectKey
  package var result: Result<[VerifyResult], Failure>

  package init(key: ObjectKey, result: Result<[VerifyResult], Failure>) {
    self.key = key
    self.result = result
  }
}

/// Decodes stored renditions and holds them against their source: format, size, flat cells, colours, provenance.
package struct Verifier: Sendable {
  private let workspace: Workspace
  private let engine: PixelEngine

  /// How far a JPEG's colours may be from what is encoded here now: another version of libjpeg rounds otherwise.
  private static let jpegTolerance = 8

  package init(workspace: Workspace, engine: PixelEngine) {
    self.workspace = workspace
    self.engine = engine
  }

  /// The verdicts on the renditions of one object that are there.
  ///
  /// - Throws: why the source cannot be read.
  package func verify(_ row: StatusRow) async throws(Failure) -> [VerifyResult] {
    let sizes = GridSize.allCases.filter { row.renditions[$0] != .missing }
    guard !sizes.isEmpty else { return [] }
    let source = try await read(workspace.source, row.key.string)
    let image: PixelatedImage
    do throws(PixelError) {
      image = try engine.pixelate(source.data, sizes: sizes, isCancelled: { Task.isCancelled })
    } catch {
      throw Failure(error)
    }
    var results: [VerifyResult] = []
    for grid in image.grids {
      let fault = await fault(of: grid, in: image, key: row.key, sourceETag: source.head.summary.etag)
      results.append(VerifyResult(key: row.key, size: grid.size, fault: fault))
    }
    return results
  }

  private func fault(
    of grid: Grid, in image: PixelatedImage, key: ObjectKey, sourceETag: String
  ) async -> RenditionFault? {
    do throws(Failure) {
      let rendition = try await read(workspace.destination, workspace.naming.key(of: key, size: grid.size))
      let etag = rendition.head.metadata[Provenance.sourceETag]
      let seen: RenditionInspection
      let stored: Grid
      do throws(PixelError) {
        seen = try engine.inspect(rendition.data, size: grid.size)
        stored = try engine.readGrid(rendition.data, size: grid.size)
      } catch {
        throw Failure(error)
      }
      if seen.format != image.format { return .wrongFormat(seen.format, expected: image.format) }
      let side = grid.size.side
      let isSourceSize = seen.width == image.width && seen.height == image.height
      if !isSourceSize, seen.width != side || seen.height != side {
        return .wrongSize(
          width: seen.width, height: seen.height, expectedWidth: image.width, expectedHeight: image.height)
      }
      if etag != sourceETag { return .wrongSource(etag: etag) }
      if seen.unevenCells > 0 { return .notFlat(cells: seen.unevenCells) }
      let difference = try difference(of: stored, from: grid, in: image, form: isSourceSize ? .mosaic : .grid)
      return difference > 0 ? .wrongColors(difference: difference) : nil
    } catch {
      return .unreadable(error)
    }
  }

  /// The greatest difference that nothing explains, 0 where there is none.
  ///
  /// Quantising moves the colours of a JPEG's small cells anywhere, so that a JPEG that is not close to its grid is held
  /// against what becomes of that grid when it is encoded and decoded again.
  private func difference(
    of stored: Grid, from grid: Grid, in image: PixelatedImage, form: RenditionForm
  ) throws(Failure) -> Int {
    let visible = VisibleCells(image: image, size: grid.size, form: form)
    let difference = visible.greatestDifference(grid.raster, stored.raster)
    guard image.format == .jpeg else { return difference }
    if difference <= Self.jpegTolerance { return 0 }
    do throws(PixelError) {
      let expected = try engine.readGrid(try engine.encode(grid, of: image, form: form), size: grid.size)
      let difference = visible.greatestDifference(expected.raster, stored.raster)
      return difference <= Self.jpegTolerance ? 0 : difference
    } catch {
      throw Failure(error)
    }
  }

  private func read(
    _ location: OpenLocation, _ key: String
  ) async throws(Failure) -> SourcePicture {
    let picture: Result<SourcePicture, FileFault>
    do throws(StoreError) {
      guard let name = location.storeKey(key) else {
        throw StoreError(operation: .get, key: key, reason: .notFound)
      }
      picture = try await location.store.picture(name, limit: engine.limits.fileBytes)
    } catch {
      throw Failure(error, stage: .read)
    }
    do throws(FileFault) { return try picture.get() } catch { throw Failure(spooling: error) }
  }
}
