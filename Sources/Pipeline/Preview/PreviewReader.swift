package import ObjectStore
package import PixelEngine

/// The renditions of an object as the screen shows them.
package struct ObjectPreview: Hashable, Sendable {
  package var tiles: [GridSize: PreviewTile]

  package init(tiles: [GridSize: PreviewTile] = [:]) {
    self.tiles = tiles
  }
}

/// One rendition: its N x N colours.
package struct PreviewTile: Hashable, Sendable {
  package var raster: Raster
  /// Whether it was read from the destination; else it was computed from the source, and is not stored.
  package var isStored: Bool

  package init(raster: Raster, isStored: Bool) {
    self.raster = raster
    self.isStored = isStored
  }
}

/// Reads stored renditions, and computes the ones that are missing or cannot be read.
package struct PreviewReader: Sendable {
  private let workspace: Workspace
  private let engine: PixelEngine

  package init(workspace: Workspace, engine: PixelEngine) {
    self.workspace = workspace
    self.engine = engine
  }

  /// The renditions of an object.
  ///
  /// - Throws: why the picture itself cannot be read, where a size is neither stored nor can be computed.
  package func preview(of key: ObjectKey, sizes: [GridSize] = GridSize.allCases) async throws(Failure) -> ObjectPreview
  {
    var tiles: [GridSize: PreviewTile] = [:]
    for size in sizes {
      if let raster = await stored(key, size) { tiles[size] = PreviewTile(raster: raster, isStored: true) }
    }
    let missing = sizes.filter { tiles[$0] == nil }
    guard !missing.isEmpty else { return ObjectPreview(tiles: tiles) }

    let picture = try await source(key)
    let image = try await decode { () throws(PixelError) in
      try engine.pixelate(picture, sizes: missing, isCancelled: { Task.isCancelled })
    }
    for grid in image.grids { tiles[grid.size] = PreviewTile(raster: grid.raster, isStored: false) }
    return ObjectPreview(tiles: tiles)
  }

  /// What renditions would be if they were made now, read back as stored ones are: a JPEG's colours are those that its
  /// own coding leaves.
  package func recomputed(
    _ key: ObjectKey, sizes: [GridSize], form: RenditionForm
  ) async throws(Failure) -> [GridSize: Raster] {
    let picture = try await source(key)
    return try await decode { () throws(PixelError) in
      let image = try engine.pixelate(picture, sizes: sizes, isCancelled: { Task.isCancelled })
      var rasters: [GridSize: Raster] = [:]
      for grid in image.grids {
        let bytes = try engine.encode(grid, of: image, form: form)
        rasters[grid.size] = try engine.readGrid(bytes, size: grid.size).raster
      }
      return rasters
    }
  }

  /// What renditions of a version of the source would be: nothing of that is stored anywhere.
  package func renditions(
    of key: ObjectKey, version: String, sizes: [GridSize]
  ) async throws(Failure) -> [GridSize: Raster] {
    let picture = try await source(key, version: version)
    let image = try await decode { () throws(PixelError) in
      try engine.pixelate(picture, sizes: sizes, isCancelled: { Task.isCancelled })
    }
    return Dictionary(image.grids.map { ($0.size, $0.raster) }) { first, _ in first }
  }

  /// The picture itself, made small enough for the screen; never enlarged.
  package func original(of key: ObjectKey, maxWidth: Int, maxHeight: Int) async throws(Failure) -> Raster {
    let picture = try await source(key)
    return try await decode { () throws(PixelError) in
      try engine.thumbnail(picture, maxWidth: maxWidth, maxHeight: maxHeight, isCancelled: { Task.isCancelled })
    }
  }

  /// Nil where it is missing, or is no picture of that size: then it is computed.
  private func stored(_ key: ObjectKey, _ size: GridSize) async -> Raster? {
    guard let name = workspace.destination.storeKey(workspace.naming.key(of: key, size: size)),
      let bytes = try? await workspace.destination.store.read(name, limit: engine.limits.fileBytes).bytes
    else { return nil }
    return try? await decode { () throws(PixelError) in try engine.readGrid(bytes, size: size).raster }
  }

  private func source(_ key: ObjectKey, version: String? = nil) async throws(Failure) -> PictureData {
    let picture: Result<SourcePicture, FileFault>
    do throws(StoreError) {
      guard let name = workspace.source.storeKey(key.string) else {
        throw StoreError(operation: .get, key: key.string, reason: .notFound)
      }
      picture = try await workspace.source.store.picture(name, limit: engine.limits.fileBytes, version: version)
    } catch {
      throw Failure(error, stage: .read)
    }
    do throws(FileFault) { return try picture.get().data } catch { throw Failure(spooling: error) }
  }

  private func decode<T: Sendable>(_ work: @Sendable () throws(PixelError) -> T) async throws(Failure) -> T {
    let result = await withTaskExecutorPreference(DecodeExecutor.shared) { await Self.result(of: work) }
    do throws(PixelError) {
      return try result.get()
    } catch {
      throw Failure(error)
    }
  }

  private static func result<T: Sendable>(
    of work: @Sendable () throws(PixelError) -> T
  ) async -> Result<T, PixelError> {
    do throws(PixelError) {
      return .success(try work())
    } catch {
      return .failure(error)
    }
  }
}
