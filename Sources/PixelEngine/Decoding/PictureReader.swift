/// What a file says of its picture before the first pixel.
struct PictureHeader {
  let format: ImageFormat
  /// Pixels across as stored, at least 1.
  let width: Int
  /// Pixels down as stored, at least 1.
  let height: Int
  let model: ColorModel
  /// How the stored picture has to be turned.
  let orientation: Orientation
  let colorProfile: [UInt8]?
  /// Memory that the decoder takes with the area of the picture: coefficients of several scans, an interlaced raster.
  let areaBytes: Int

  /// Pixels across and down that each sample is the mean of: 1, or more where decoding is reduced. The last of a row, and
  /// those of the last row, may stand for fewer.
  var pixelsPerSample = 1

  /// Samples in a row, which are also its bytes.
  var rowBytes: Int { (width + pixelsPerSample - 1) / pixelsPerSample * model.channels }
  /// Rows that are read.
  var rows: Int { (height + pixelsPerSample - 1) / pixelsPerSample }
  var uprightWidth: Int { orientation.swapsSides ? height : width }
  var uprightHeight: Int { orientation.swapsSides ? width : height }
}

/// Gives a picture row by row from the top, 8 bits a sample. A fence around one decoder, which it owns and frees; the
/// file must stay open as long as it lives.
protocol PictureReader: AnyObject {
  var header: PictureHeader { get }

  /// Takes the memory that decoding needs, and does whatever comes before the first row. `poll` is called every few
  /// milliseconds and may throw.
  func start(poll: () throws(PixelError) -> Void) throws(PixelError)

  /// Reads the next `count` rows, `header.rowBytes` apart. Calls `poll` if it takes long.
  func read(
    into rows: UnsafeMutablePointer<UInt8>, count: Int, poll: () throws(PixelError) -> Void
  ) throws(PixelError)

  /// Reads to the end of the file, after the last row. Calls `poll` if it takes long.
  func finish(poll: () throws(PixelError) -> Void) throws(PixelError)
}

/// Takes rows as they are decoded.
protocol RowSink {
  /// `count` more rows, `rowBytes` of the header apart. The memory is the caller's and will be used again.
  mutating func take(_ rows: UnsafePointer<UInt8>, count: Int)

  /// False if the rows that follow do not matter. Then they are not read, nor is anything behind them.
  var needsMore: Bool { get }
}

extension RowSink {
  var needsMore: Bool { true }
}
