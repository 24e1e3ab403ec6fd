extension PixelEngine {
  /// Decodes a picture into a sink, as far as that needs it, within the limits. Every row of
  /// pixels comes through here.
  ///
  /// - Parameters:
  ///   - reduction: whether a sample may be the mean of several pixels.
  ///   - deadline: when time is up, if the clock has been running.
  ///   - makeSink: called between header and pixels, when the limits have been checked.
  /// - Throws: `notAnImage`, `unsupportedFormat`, `damaged`, `truncated`, `tooLarge`, `unreadable`, `cancelled`.
  func decode<Sink: RowSink>(
    _ data: PictureData, reduction: Reduction = .none, deadline: ContinuousClock.Instant? = nil,
    isCancelled: () -> Bool, into makeSink: (PictureHeader) throws(PixelError) -> Sink
  ) throws(PixelError) -> (header: PictureHeader, sink: Sink) {
    let deadline = deadline ?? self.deadline
    func poll() throws(PixelError) { try goOn(until: deadline, isCancelled: isCancelled) }
    try require(data.count, within: limits.fileBytes, .fileBytes)
    try poll()
    return try data.withFile { file throws(PixelError) in
      let reader = try reader(of: file, reduction: reduction)
      let header = reader.header
      let batch = try rowsAtATime(header)
      var sink = try makeSink(header)
      try reader.start(poll: poll)
      let rows = UnsafeMutablePointer<UInt8>.allocate(capacity: batch * header.rowBytes)
      defer { rows.deallocate() }
      for row in stride(from: 0, to: header.rows, by: batch) {
        try poll()
        let count = min(batch, header.rows - row)
        try reader.read(into: rows, count: count, poll: poll)
        sink.take(rows, count: count)
        if !sink.needsMore { return (header, sink) }
      }
      try reader.finish(poll: poll)
      return (header, sink)
    }
  }

  /// What reads a picture; its header has been read.
  func reader(of file: PictureFile, reduction: Reduction) throws(PixelError) -> any PictureReader {
    switch Self.sniff(file.bytes(at: 0, length: Self.sniffLength)) {
    case .png: try PNGReader(file)
    case .jpeg: try JPEGReader(file, reduction: reduction, maximumScans: limits.jpegScans)
    case .other(let name): throw .unsupportedFormat(format: name)
    case .unknown: throw .notAnImage
    }
  }

  /// Memory that `pixelate` and `encodeAll` take for a picture beside its file, in bytes: for decoding at most
  /// `limits.memoryBytes`. Reads what `pixelate` reads before it takes any; where that fails it is as for a small picture.
  ///
  /// - Parameter lanes: as for `pixelate`.
  package func workingBytes(of data: PictureData, lanes: Int = 1) -> Int {
    let header = data.withFile { file in (try? reader(of: file, reduction: .none))?.header }
    guard let header else { return Self.encodingBytes }
    var decoding = memoryBytes(header)
    // Only where parts of it may be decoded side by side has each thread rows and sums of its own.
    if header.format == .jpeg, header.areaBytes == 0, header.width * header.height >= fewestPixelsForLanes {
      let (all, overflow) = decoding.multipliedReportingOverflow(by: max(1, lanes))
      decoding = overflow ? .max : all
    }
    return min(decoding, limits.memoryBytes) + Self.encodingBytes + 6 * (header.colorProfile?.count ?? 0)
  }

  /// Five encoders side by side: the symbols of JPEGs, the files.
  private static let encodingBytes = 12 << 20

  /// When a picture that is begun now has to be done.
  var deadline: ContinuousClock.Instant { .now + .seconds(limits.seconds) }

  /// Throws if decoding has to stop.
  func goOn(until deadline: ContinuousClock.Instant, isCancelled: () -> Bool) throws(PixelError) {
    if isCancelled() { throw .cancelled }
    if ContinuousClock.now >= deadline {
      throw .tooLarge(limit: .seconds, value: limits.seconds, maximum: limits.seconds)
    }
  }

  /// Checks the size of a picture before memory is taken for it, and says how many of its rows to decode at once.
  func rowsAtATime(_ header: PictureHeader) throws(PixelError) -> Int {
    let (pixels, overflow) = header.width.multipliedReportingOverflow(by: header.height)
    try require(overflow ? .max : pixels, within: limits.pixels, .pixels)
    try require(memoryBytes(header), within: limits.memoryBytes, .memoryBytes)
    return batch(header)
  }

  /// About 256 kB, so that rows are still at hand when they are summed up.
  private func batch(_ header: PictureHeader) -> Int { max(1, min(64, header.rows, (1 << 18) / header.rowBytes)) }

  private func memoryBytes(_ header: PictureHeader) -> Int {
    // A sink's sums take 16 bytes a sample, the decoders' own rows no more than 32.
    let width = header.rowBytes.multipliedReportingOverflow(by: batch(header) + 48)
    let (memory, tooMuch) = width.partialValue.addingReportingOverflow(header.areaBytes)
    return width.overflow || tooMuch ? .max : memory
  }

  private func require(_ value: Int, within maximum: Int, _ limit: Limits.Kind) throws(PixelError) {
    if value > maximum { throw .tooLarge(limit: limit, value: value, maximum: maximum) }
  }
}
