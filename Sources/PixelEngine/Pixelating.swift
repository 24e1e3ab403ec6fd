extension PixelEngine {
  /// Decodes a picture once and reduces it to grids, each cell the mean of the picture under a triangle two cells wide
  /// (Pillow's BILINEAR with antialias, to within rounding). Stands it upright as its Exif orientation says.
  ///
  /// - Parameters:
  ///   - data: a whole PNG or JPEG file.
  ///   - sizes: the grids wanted; duplicates count once.
  ///   - lanes: threads that may decode parts of the picture side by side, 1 or more; default 1. Only a large sequential
  ///     JPEG with restart markers has such parts. The result is the same.
  ///   - isCancelled: asked every few rows, on the caller's thread.
  /// - Throws: `notAnImage`, `unsupportedFormat`, `damaged`, `truncated`, `tooLarge`, `unreadable`, `cancelled`.
  package func pixelate(
    _ data: PictureData, sizes: [GridSize] = GridSize.allCases, lanes: Int = 1, isCancelled: () -> Bool = { false }
  ) throws(PixelError) -> PixelatedImage {
    let sizes = Set(sizes).sorted()
    let deadline = deadline
    func makeFilter(_ header: PictureHeader) throws(PixelError) -> TriangleFilter {
      TriangleFilter(
        width: header.width, height: header.height, model: header.model,
        shapes: sizes.map { TriangleFilter.Shape(columns: $0.side, rows: $0.side) })
    }
    let inParts = try decodeSideBySide(
      data, lanes: lanes, deadline: deadline, isCancelled: isCancelled, into: makeFilter)
    let header: PictureHeader
    let filter: TriangleFilter
    if let inParts {
      (header, filter) = inParts
    } else {
      (header, filter) = try decode(data, deadline: deadline, isCancelled: isCancelled, into: makeFilter)
    }
    let grids = sizes.enumerated().map { index, size in
      let samples = header.orientation.apply(
        filter.samples(of: index), width: size.side, height: size.side, channels: header.model.channels)
      return Grid(size: size, model: header.model, samples: samples)
    }
    return PixelatedImage(
      format: header.format, width: header.uprightWidth, height: header.uprightHeight, model: header.model,
      colorProfile: header.colorProfile, grids: grids)
  }

  /// A small upright picture of a file, through the same filter: what stands beside its renditions.
  ///
  /// A large JPEG is decoded at reduced size: this is for the eye, and never stored.
  ///
  /// Keeps the aspect, to the nearest pixel and at least 1; never larger than the picture nor than the box.
  ///
  /// - Parameters:
  ///   - maxWidth: pixels across that there is room for, 1 to 1,024; what is outside counts as the nearest.
  ///   - maxHeight: pixels down that there is room for, likewise.
  ///   - isCancelled: asked every few rows.
  /// - Throws: as `pixelate`.
  package func thumbnail(
    _ data: PictureData, maxWidth: Int, maxHeight: Int, isCancelled: () -> Bool = { false }
  ) throws(PixelError) -> Raster {
    let reduction = Reduction.forTheEye(cells: min(1024, max(1, maxWidth, maxHeight)))
    let (header, filter) = try decode(data, reduction: reduction, isCancelled: isCancelled) {
      header throws(PixelError) in
      let fitted = Self.fit(
        width: header.uprightWidth, height: header.uprightHeight, maxWidth: min(1024, max(1, maxWidth)),
        maxHeight: min(1024, max(1, maxHeight)))
      let shape =
        header.orientation.swapsSides
        ? TriangleFilter.Shape(columns: fitted.rows, rows: fitted.columns) : fitted
      return TriangleFilter(
        width: header.width, height: header.height, pixelsPerSample: header.pixelsPerSample, model: header.model,
        shapes: [shape])
    }
    let shape = filter.shapes[0]
    let samples = header.orientation.apply(
      filter.samples(of: 0), width: shape.columns, height: shape.rows, channels: header.model.channels)
    let swaps = header.orientation.swapsSides
    return Raster(
      width: swaps ? shape.rows : shape.columns, height: swaps ? shape.columns : shape.rows,
      pixels: header.model.colors(samples))
  }

  /// The largest shape of the same aspect in a box, not enlarged.
  static func fit(width: Int, height: Int, maxWidth: Int, maxHeight: Int) -> TriangleFilter.Shape {
    let scale = min(1, Double(maxWidth) / Double(width), Double(maxHeight) / Double(height))
    return TriangleFilter.Shape(
      columns: max(1, min(maxWidth, Int((Double(width) * scale).rounded()))),
      rows: max(1, min(maxHeight, Int((Double(height) * scale).rounded()))))
  }
}
