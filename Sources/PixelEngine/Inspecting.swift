/// What a stored rendition looks like from inside.
package struct RenditionInspection: Hashable, Sendable {
  package let format: ImageFormat
  /// Pixels across, upright.
  package let width: Int
  /// Pixels down, upright.
  package let height: Int
  /// `grid` if the picture measures exactly N x N (a mosaic of such a picture is the same thing), else `mosaic`.
  package let form: RenditionForm
  /// Cells whose pixels differ by more than the format explains; 0 for every rendition that the engine wrote.
  package let unevenCells: Int
}

extension PixelEngine {
  /// Reads the cells of a stored rendition back: of a mosaic the pixel in the middle of each cell, of a grid its pixels.
  ///
  /// PNG gives back the very grid that was written, if the mosaic is at least N pixels on each side. A smaller one has
  /// lost cells: those that the mapping gives no pixel take the colour of the pixel nearest to the cell's centre, so that
  /// the result always looks like the picture stored. JPEG gives back what its quantisation left.
  ///
  /// Of a mosaic that `encode` has written, only what differs in it is decoded. Whether all of a JPEG is sound, `inspect`
  /// tells.
  ///
  /// - Throws: as `pixelate`.
  package func readGrid(_ data: PictureData, size: GridSize) throws(PixelError) -> Grid {
    let deadline = deadline
    // Only of an upright one: no rendition is stored otherwise.
    if let (header, samples) = mosaicSamples(of: data, size: size, deadline: deadline),
      header.orientation == .upright
    {
      return Grid(size: size, model: header.model, samples: samples)
    }
    return try readGridThroughout(data, size: size, deadline: deadline)
  }

  /// As `readGrid`, by decoding all that precedes the last middle.
  func readGridThroughout(
    _ data: PictureData, size: GridSize, deadline: ContinuousClock.Instant? = nil
  ) throws(PixelError) -> Grid {
    let reduction = Reduction.middles(cells: size.side)
    let (header, sampler) = try decode(data, reduction: reduction, deadline: deadline, isCancelled: { false }) {
      header throws(PixelError) in
      CellSampler(header: header, size: size)
    }
    let samples = header.orientation.apply(
      sampler.samples, width: size.side, height: size.side, channels: header.model.channels)
    return Grid(size: size, model: header.model, samples: samples)
  }

  /// The middles of the cells of a file that `encode` has written, without decoding what is between them.
  ///
  /// - Returns: nil if the file has to be decoded throughout.
  func mosaicSamples(
    of data: PictureData, size: GridSize, deadline: ContinuousClock.Instant? = nil
  ) -> (header: PictureHeader, samples: [UInt8])? {
    guard data.count <= limits.fileBytes else { return nil }
    return data.withFile { file in
      guard let reader = try? reader(of: file, reduction: .middles(cells: size.side)),
        (try? rowsAtATime(reader.header)) != nil
      else { return nil }
      let header = reader.header
      if let png = reader as? PNGReader {
        guard let offset = png.plainPixels else { return nil }
        return MosaicPNG.samples(file, at: offset, header: header, size: size).map { (header, $0) }
      }
      guard let rows = MiddleRows(file, header: header, size: size),
        let (_, sampler) = try? decode(
          PictureData(rows.file), reduction: .by(header.pixelsPerSample), deadline: deadline, isCancelled: { false },
          into: { CellSampler(header: $0, size: size, rows: rows.middles) })
      else { return nil }
      return (header, sampler.samples)
    }
  }

  /// Looks at a stored rendition: its shape, and whether each of its cells is flat.
  ///
  /// In a PNG all pixels of a cell must be equal. In a JPEG quantisation leaves ripples near the edges of cells: away
  /// from them samples may differ by 3; cells too small to have such a place (below 32 pixels, roughly) may deviate from
  /// their mean by 64, which tells a mosaic from noise, but not from a smooth picture.
  ///
  /// - Throws: as `pixelate`.
  package func inspect(_ data: PictureData, size: GridSize) throws(PixelError) -> RenditionInspection {
    let (header, check) = try decode(data, isCancelled: { false }) { header throws(PixelError) in
      FlatnessCheck(header: header, size: size)
    }
    let (width, height) = (header.uprightWidth, header.uprightHeight)
    return RenditionInspection(
      format: header.format, width: width, height: height,
      form: width == size.side && height == size.side ? .grid : .mosaic, unevenCells: check.unevenCells)
  }
}
