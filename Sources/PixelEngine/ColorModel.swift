extension ColorModel {
  /// Samples for each pixel: 1 to 4.
  package var channels: Int {
    switch self {
    case .grey: 1
    case .greyAlpha: 2
    case .rgb: 3
    case .rgba, .cmyk: 4
    }
  }

  /// Whether the last channel is alpha.
  package var hasAlpha: Bool { self == .greyAlpha || self == .rgba }

  /// The pixel that starts at `offset` (counted from the slice's start), as a colour for the screen.
  func color(_ samples: ArraySlice<UInt8>, at offset: Int) -> RGBA {
    let i = samples.startIndex + offset
    switch self {
    case .grey:
      return RGBA(red: samples[i], green: samples[i], blue: samples[i])
    case .greyAlpha:
      return RGBA(red: samples[i], green: samples[i], blue: samples[i], alpha: samples[i + 1])
    case .rgb:
      return RGBA(red: samples[i], green: samples[i + 1], blue: samples[i + 2])
    case .rgba:
      return RGBA(red: samples[i], green: samples[i + 1], blue: samples[i + 2], alpha: samples[i + 3])
    case .cmyk:
      // 255 is no ink: light left by the colour, times light left by black.
      let black = Int(samples[i + 3])
      func light(_ ink: UInt8) -> UInt8 { UInt8((Int(ink) * black + 127) / 255) }
      return RGBA(red: light(samples[i]), green: light(samples[i + 1]), blue: light(samples[i + 2]))
    }
  }

  /// All pixels, as colours for the screen.
  func colors(_ samples: [UInt8]) -> [RGBA] {
    stride(from: 0, to: samples.count, by: channels).map { color(samples[...], at: $0) }
  }
}
