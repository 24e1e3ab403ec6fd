import Console
import Glibc
import PixelEngine

/// Prints pictures as blocks: two pixels a character cell, every pixel exact in true colour.
struct PicturePrinter {
  private let output: StandardOutput
  private let capabilities: Capabilities
  /// Columns to stay within: those of the terminal; a file or a pipe has no edge.
  private let columns: Int

  /// - Parameter depth: colours to use, whatever the stream; nil: what it can show.
  init(_ session: Session, depth: ColorDepth? = nil) {
    output = session.output
    var capabilities = session.capabilities
    if let depth { capabilities.depth = depth }
    self.capabilities = capabilities
    columns = Self.columns
  }

  func print(_ raster: Raster) {
    for line in ansiLines(raster, capabilities: capabilities, maxColumns: columns) { output.line(line) }
    output.flush()
  }

  /// The largest size that is shown exactly.
  var largestSize: GridSize {
    let perPixel = capabilities.unicode ? 1 : 2
    return GridSize.allCases.last { $0.side * perPixel <= columns } ?? .x8
  }

  private static var columns: Int {
    var size = winsize()
    guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return .max
    }
    return Int(size.ws_col)
  }
}
