import Glibc
import PixelEngine

/// A colour while it is mixed: channels from 0 to 1, straight alpha.
struct Paint {
  var red: Double
  var green: Double
  var blue: Double
  var alpha = 1.0

  init(_ hex: Int, alpha: Double = 1) {
    red = Double(hex >> 16 & 255) / 255
    green = Double(hex >> 8 & 255) / 255
    blue = Double(hex & 255) / 255
    self.alpha = alpha
  }

  /// - Parameter hue: turns of the colour wheel.
  init(hue: Double, value: Double = 1) {
    func channel(_ offset: Double) -> Double {
      let turn = hue + offset
      let part = abs((turn - turn.rounded(.down)) * 6 - 3) - 1
      return min(max(part, 0), 1) * value
    }
    red = channel(0)
    green = channel(2.0 / 3)
    blue = channel(1.0 / 3)
  }

  /// This colour with another over it.
  func mixed(_ other: Paint, _ amount: Double) -> Paint {
    let amount = min(max(amount, 0), 1)
    var result = self
    result.red += (other.red - red) * amount
    result.green += (other.green - green) * amount
    result.blue += (other.blue - blue) * amount
    result.alpha += (other.alpha - alpha) * amount
    return result
  }

  func shaded(_ factor: Double) -> Paint {
    var result = self
    result.red *= factor
    result.green *= factor
    result.blue *= factor
    return result
  }

  var pixel: RGBA {
    func byte(_ value: Double) -> UInt8 { UInt8(min(max(value, 0), 1) * 255 + 0.5) }
    return RGBA(red: byte(red), green: byte(green), blue: byte(blue), alpha: byte(alpha))
  }

  static let clear = Paint(0x000000, alpha: 0)
}

/// 0 outside, 1 inside, and a soft edge between: how much of a shape covers a point.
/// - Parameters:
///   - distance: from the shape's edge, negative inside, in picture heights.
///   - softness: width of the edge, likewise.
func cover(_ distance: Double, _ softness: Double = 0.006) -> Double {
  let t = min(max(0.5 - distance / softness, 0), 1)
  return t * t * (3 - 2 * t)
}

/// Distance from a circle's edge.
func circle(_ x: Double, _ y: Double, _ centerX: Double, _ centerY: Double, _ radius: Double) -> Double {
  hypot(x - centerX, y - centerY) - radius
}

/// About the distance from the edge of an ellipse.
func ellipse(
  _ x: Double, _ y: Double, _ centerX: Double, _ centerY: Double, _ radiusX: Double, _ radiusY: Double
) -> Double {
  (hypot((x - centerX) / radiusX, (y - centerY) / radiusY) - 1) * min(radiusX, radiusY)
}

/// Distance from the edge of a box.
func box(_ x: Double, _ y: Double, _ left: Double, _ top: Double, _ right: Double, _ bottom: Double) -> Double {
  max(left - x, x - right, top - y, y - bottom)
}

/// The same number for the same place, from 0 to 1, without pattern.
func grain(_ x: Int, _ y: Int) -> Double {
  var value = UInt32(truncatingIfNeeded: x &* 374_761_393 &+ y &* 668_265_263)
  value = (value ^ (value >> 13)) &* 1_274_126_177
  return Double((value ^ (value >> 16)) & 0xFFFF) / 65_535
}

/// Smooth hills in one dimension, from 0 to 1.
func ridge(_ x: Double, _ seed: Int) -> Double {
  var sum = 0.0
  var weight = 0.5
  var scale = 2.0
  for octave in 0..<5 {
    let position = x * scale
    let cell = Int(position.rounded(.down))
    let t = position - Double(cell)
    let smooth = t * t * (3 - 2 * t)
    let a = grain(cell, seed + octave)
    let b = grain(cell + 1, seed + octave)
    sum += weight * (a + (b - a) * smooth)
    weight /= 2
    scale *= 2
  }
  return sum
}
