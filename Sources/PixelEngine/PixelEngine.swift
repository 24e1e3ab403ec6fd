/// Turns a picture into its grids, and a grid into a picture. Knows no files, stores or network.
///
/// Same input, same bytes out, wherever it runs.
package struct PixelEngine: Sendable {
  /// Goes into the metadata of what is written. It changes whenever an output's bytes would.
  package static let version = "2"

  package let limits: Limits
  /// The smallest picture that several threads decode; the tests have smaller ones.
  var fewestPixelsForLanes = 8_000_000

  package init(limits: Limits = Limits()) {
    self.limits = limits
  }
}

/// A file format that is read and written. It is sniffed from the content, never from a name.
package enum ImageFormat: String, Hashable, Sendable, Codable {
  case png = "PNG"
  case jpeg = "JPEG"

  /// The media type, for example `image/png`.
  package var mediaType: String {
    switch self {
    case .png: "image/png"
    case .jpeg: "image/jpeg"
    }
  }
}

/// What the samples of a pixel mean, in order. Alpha is straight (not premultiplied).
package enum ColorModel: Int, Hashable, Sendable {
  case grey = 1
  case greyAlpha = 2
  case rgb = 3
  case rgba = 4
  /// Cyan, magenta, yellow, black as Adobe's JPEGs store them: 0 is full ink, 255 none. A file without an Adobe marker
  /// is taken the same way, as Pillow does.
  case cmyk = 5
}

/// A colour for the screen: 8-bit sRGB with straight alpha.
package struct RGBA: Hashable, Sendable {
  package var red: UInt8
  package var green: UInt8
  package var blue: UInt8
  package var alpha: UInt8

  package init(red: UInt8, green: UInt8, blue: UInt8, alpha: UInt8 = 255) {
    self.red = red
    self.green = green
    self.blue = blue
    self.alpha = alpha
  }
}

/// A rectangle of colours, row by row from the top left: what a terminal shows.
package struct Raster: Hashable, Sendable {
  /// Pixels across, at least 1.
  package let width: Int
  /// Pixels down, at least 1.
  package let height: Int
  /// `width * height` colours.
  package var pixels: [RGBA]

  package init(width: Int, height: Int, pixels: [RGBA]) {
    precondition(width > 0 && height > 0 && pixels.count == width * height)
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  package subscript(x: Int, y: Int) -> RGBA { pixels[y * width + x] }
}
