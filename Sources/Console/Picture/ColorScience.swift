import Glibc

/// sRGB made linear, in 0...1 (IEC 61966-2-1).
struct LinearRGB: Hashable, Sendable {
  var red: Double
  var green: Double
  var blue: Double

  init(_ red: Double, _ green: Double, _ blue: Double) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  init(_ color: RGB) {
    self.init(Self.table[Int(color.red)], Self.table[Int(color.green)], Self.table[Int(color.blue)])
  }

  static let table: [Double] = (0...255).map { value in
    let v = Double(value) / 255
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4)
  }

  /// The 8-bit value whose linear light is nearest.
  static func encode(_ value: Double) -> UInt8 {
    let v = min(max(value, 0), 1)
    let encoded = v <= 0.0031308 ? v * 12.92 : 1.055 * pow(v, 1 / 2.4) - 0.055
    return UInt8((encoded * 255).rounded())
  }

  /// Relative luminance (ITU-R BT.709 weights), 0...1.
  var luminance: Double { 0.2126 * red + 0.7152 * green + 0.0722 * blue }
}

/// OKLab (Ottosson 2020): cheap, and even enough for finding a near colour.
struct OKLab: Hashable, Sendable {
  var l: Double
  var a: Double
  var b: Double

  init(_ color: LinearRGB) {
    let l = cbrt(0.4122214708 * color.red + 0.5363325363 * color.green + 0.0514459929 * color.blue)
    let m = cbrt(0.2119034982 * color.red + 0.6806995451 * color.green + 0.1073969566 * color.blue)
    let s = cbrt(0.0883024619 * color.red + 0.2817188376 * color.green + 0.6299787005 * color.blue)
    self.l = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s
    a = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s
    b = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s
  }

  /// Squared, which orders the same.
  func distance(to other: OKLab) -> Double {
    let (dl, da, db) = (l - other.l, a - other.a, b - other.b)
    return dl * dl + da * da + db * db
  }
}

/// CIELAB under D65.
struct Lab: Hashable, Sendable {
  var l: Double
  var a: Double
  var b: Double

  init(l: Double, a: Double, b: Double) {
    self.l = l
    self.a = a
    self.b = b
  }

  init(_ color: RGB) {
    let c = LinearRGB(color)
    func f(_ t: Double) -> Double { t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116 }
    let x = f((0.4124564 * c.red + 0.3575761 * c.green + 0.1804375 * c.blue) / 0.95047)
    let y = f(0.2126729 * c.red + 0.7151522 * c.green + 0.0721750 * c.blue)
    let z = f((0.0193339 * c.red + 0.1191920 * c.green + 0.9503041 * c.blue) / 1.08883)
    self.init(l: 116 * y - 16, a: 500 * (x - y), b: 200 * (y - z))
  }

  /// CIEDE2000 (Sharma, Wu, Dalal 2005), all weights 1.
  func difference(from other: Lab) -> Double {
    let degrees = Double.pi / 180
    let meanC = (hypot(a, b) + hypot(other.a, other.b)) / 2
    let seventh = pow(meanC, 7)
    let g = 0.5 * (1 - sqrt(seventh / (seventh + 6_103_515_625)))
    let a1 = a * (1 + g)
    let a2 = other.a * (1 + g)
    let c1 = hypot(a1, b)
    let c2 = hypot(a2, other.b)
    func hue(_ a: Double, _ b: Double) -> Double {
      if a == 0, b == 0 { return 0 }
      let angle = atan2(b, a) / degrees
      return angle < 0 ? angle + 360 : angle
    }
    let h1 = hue(a1, b)
    let h2 = hue(a2, other.b)
    let deltaL = other.l - l
    let deltaC = c2 - c1
    var deltaHue = 0.0
    if c1 * c2 != 0 {
      deltaHue = h2 - h1
      if deltaHue > 180 { deltaHue -= 360 } else if deltaHue < -180 { deltaHue += 360 }
    }
    let deltaH = 2 * sqrt(c1 * c2) * sin(deltaHue / 2 * degrees)
    let meanL = (l + other.l) / 2
    let meanC1 = (c1 + c2) / 2
    var meanH = h1 + h2
    if c1 * c2 != 0 {
      if abs(h1 - h2) <= 180 {
        meanH /= 2
      } else {
        meanH = meanH < 360 ? (meanH + 360) / 2 : (meanH - 360) / 2
      }
    }
    let t =
      1 - 0.17 * cos((meanH - 30) * degrees) + 0.24 * cos(2 * meanH * degrees)
      + 0.32 * cos((3 * meanH + 6) * degrees) - 0.20 * cos((4 * meanH - 63) * degrees)
    let theta = 30 * exp(-pow((meanH - 275) / 25, 2))
    let c7 = pow(meanC1, 7)
    let rc = 2 * sqrt(c7 / (c7 + 6_103_515_625))
    let l50 = (meanL - 50) * (meanL - 50)
    let sl = 1 + 0.015 * l50 / sqrt(20 + l50)
    let sc = 1 + 0.045 * meanC1
    let sh = 1 + 0.015 * meanC1 * t
    let rt = -sin(2 * theta * degrees) * rc
    let (x, y, z) = (deltaL / sl, deltaC / sc, deltaH / sh)
    return sqrt(x * x + y * y + z * z + rt * y * z)
  }
}
