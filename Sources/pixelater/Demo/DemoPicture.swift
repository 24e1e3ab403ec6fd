import Glibc
import PixelEngine

/// A picture made by rule: what the demo shows without a single photograph.
struct DemoPicture: Sendable {
  /// Across, where down is 1.
  typealias Painter = @Sendable (_ x: Double, _ y: Double) -> Paint

  var width = 480
  var height = 320
  let paint: Painter

  init(width: Int = 480, height: Int = 320, _ paint: @escaping Painter) {
    self.width = width
    self.height = height
    self.paint = paint
  }

  func raster() -> Raster {
    var pixels: [RGBA] = []
    pixels.reserveCapacity(width * height)
    for y in 0..<height {
      for x in 0..<width {
        pixels.append(paint((Double(x) + 0.5) / Double(height), (Double(y) + 0.5) / Double(height)).pixel)
      }
    }
    return Raster(width: width, height: height, pixels: pixels)
  }
}

extension DemoPicture {
  /// The sun over the sea.
  static func sea(sky: (Int, Int, Int), sun: Int, water: (Int, Int)) -> DemoPicture {
    DemoPicture { x, y in
      let horizon = 0.62
      let sunX = 0.75
      let sunY = 0.50
      var color: Paint
      if y < horizon {
        let t = y / horizon
        color =
          t < 0.6
          ? Paint(sky.0).mixed(Paint(sky.1), t / 0.6) : Paint(sky.1).mixed(Paint(sky.2), (t - 0.6) / 0.4)
        color = color.mixed(Paint(sun), 0.55 * exp(-5 * hypot(x - sunX, y - sunY)))
        color = color.mixed(Paint(sun), cover(circle(x, y, sunX, sunY, 0.17)))
        let cloud = ridge(x * 1.3, 40) - 0.35 - abs(y - 0.22) * 4
        color = color.mixed(Paint(sky.2), max(0, cloud) * 1.6)
      } else {
        let t = (y - horizon) / (1 - horizon)
        color = Paint(water.0).mixed(Paint(water.1), t)
        let wave = sin(y * 220 + sin(x * 18) * 1.5) * 0.5 + 0.5
        let path = exp(-pow((x - sunX) / (0.10 + 0.30 * t), 2))
        color = color.mixed(Paint(sun), path * (0.25 + 0.65 * wave) * (1 - 0.45 * t))
      }
      return color
    }
  }

  /// Ridges, one behind the other.
  static let mountains = DemoPicture { x, y in
    var color = Paint(0x27407A).mixed(Paint(0xF7C59F), y / 0.6)
    color = color.mixed(Paint(0xFFF3D6), cover(circle(x, y, 1.05, 0.24, 0.07)))
    let layers = [(0.30, 0x8FA8C8), (0.44, 0x5F7FA6), (0.58, 0x375A7F), (0.72, 0x1D3B53), (0.86, 0x0F2233)]
    for (index, layer) in layers.enumerated() {
      let crest = layer.0 + 0.26 * (0.5 - ridge(x * (0.7 + 0.3 * Double(index)), 7 * index + 3))
      color = color.mixed(Paint(layer.1).mixed(Paint(0xF7C59F), max(0, 0.25 - (y - crest))), cover(crest - y, 0.008))
      if index == 0, y < crest + 0.05 + 0.03 * ridge(x * 9, 91) {
        color = color.mixed(Paint(0xFFFFFF), 0.8 * cover(crest - y, 0.008))
      }
    }
    return color
  }

  /// Someone looking at us.
  static func portrait(skin: Int, hair: Int, shirt: Int, wall: (Int, Int), longHair: Bool) -> DemoPicture {
    DemoPicture(width: 320, height: 400) { x, y in
      let centerX = 0.4
      var color = Paint(wall.0).mixed(Paint(wall.1), y).mixed(
        Paint(0xFFFFFF), 0.25 * exp(-6 * hypot(x - 0.15, y - 0.2)))
      // From the back to the front: hair, shoulders, neck, face, fringe, eyes, nose, mouth.
      if longHair {
        color = color.mixed(Paint(hair).shaded(0.8), cover(ellipse(x, y, centerX, 0.50, 0.25, 0.36)))
      }
      color = color.mixed(Paint(shirt).shaded(1.1 - 0.5 * y), cover(ellipse(x, y, centerX, 1.05, 0.36, 0.28)))
      color = color.mixed(Paint(skin).shaded(0.82), cover(box(x, y, centerX - 0.075, 0.55, centerX + 0.075, 0.80)))
      let light = 1.06 - 0.5 * max(0, x - centerX) - 0.15 * y
      color = color.mixed(Paint(hair), cover(ellipse(x, y, centerX, 0.38, 0.205, 0.235)))
      color = color.mixed(Paint(skin).shaded(light), cover(ellipse(x, y, centerX, 0.44, 0.17, 0.225)))
      if y < 0.34 - 0.10 * (x - centerX) {
        color = color.mixed(Paint(hair).shaded(1.15), cover(ellipse(x, y, centerX - 0.03, 0.31, 0.19, 0.14)))
      }
      for side in [-1.0, 1.0] {
        let eyeX = centerX + side * 0.072
        color = color.mixed(Paint(hair).shaded(0.7), cover(ellipse(x, y, eyeX, 0.375, 0.045, 0.010)))
        color = color.mixed(Paint(0xFDFDFD), cover(ellipse(x, y, eyeX, 0.42, 0.036, 0.021)))
        color = color.mixed(Paint(0x2E5E4E), cover(circle(x, y, eyeX, 0.42, 0.018)))
        color = color.mixed(Paint(0x101010), cover(circle(x, y, eyeX, 0.42, 0.009)))
        color = color.mixed(Paint(0xE06666), 0.28 * cover(circle(x, y, centerX + side * 0.10, 0.51, 0.035), 0.05))
      }
      color = color.mixed(
        Paint(skin).shaded(0.78), 0.8 * cover(ellipse(x, y, centerX + 0.008, 0.485, 0.018, 0.035), 0.02))
      let smile = abs(y - (0.565 - 3.0 * pow(x - centerX, 2))) - 0.012
      color = color.mixed(Paint(0xB23A48), cover(max(smile, abs(x - centerX) - 0.075)))
      return color
    }
  }

  static let checkers = DemoPicture(width: 384, height: 384) { x, y in
    let column = Int(x * 8)
    let row = Int(y * 8)
    let base = (column + row) % 2 == 0 ? Paint(0xF4E9CD) : Paint(0x468189)
    guard (column + row) % 2 == 1, row < 3 || row > 4 else { return base }
    let distance = circle(x, y, (Double(column) + 0.5) / 8, (Double(row) + 0.5) / 8, 0.045)
    let piece = row < 3 ? Paint(0x9D2B2B) : Paint(0xFAFAFA)
    return base.mixed(piece.shaded(1 - 4 * max(0, distance + 0.02)), cover(distance))
  }

  /// All hues, and nothing around them.
  static let wheel = DemoPicture(width: 360, height: 360) { x, y in
    let dx = x - 0.5
    let dy = y - 0.5
    let radius = hypot(dx, dy)
    let color = Paint(hue: atan2(dy, dx) / (2 * .pi) + 0.5).mixed(Paint(0xFFFFFF), 1 - radius * 2.3)
    return Paint.clear.mixed(color, 1).over(cover(max(radius - 0.47, 0.12 - radius)))
  }

  /// The moon, cut out.
  static let moon = DemoPicture(width: 360, height: 360) { x, y in
    let distance = circle(x, y, 0.5, 0.5, 0.44)
    var color = Paint(0xE8E4D8).shaded(1 - 0.75 * max(0, x + y - 0.95))
    let craters = [
      (0.36, 0.34, 0.09), (0.60, 0.28, 0.05), (0.58, 0.56, 0.12), (0.32, 0.62, 0.06), (0.46, 0.78, 0.05),
      (0.74, 0.44, 0.04),
    ]
    for (craterX, craterY, radius) in craters {
      let inside = circle(x, y, craterX, craterY, radius)
      color = color.mixed(color.shaded(0.78), cover(inside, 0.02))
      color = color.mixed(
        Paint(0xFFFBEF), 0.5 * cover(abs(inside) - 0.004, 0.012) * max(0, craterX + craterY - x - y) * 8)
    }
    return color.over(cover(distance))
  }

  /// A town at night with its windows lit.
  static let city = DemoPicture { x, y in
    var color = Paint(0x0B1026).mixed(Paint(0x3B2A5C), y).mixed(Paint(0xE0708A), max(0, y - 0.55) * 0.9)
    let star = grain(Int(x * 160), Int(y * 160))
    if star > 0.994, y < 0.5 { color = color.mixed(Paint(0xFFFFFF), 0.8) }
    color = color.mixed(Paint(0xFFF6D5), cover(circle(x, y, 1.2, 0.2, 0.07)))
    for layer in 0..<2 {
      let step = layer == 0 ? 0.11 : 0.16
      let building = Int(x / step)
      let top = (layer == 0 ? 0.38 : 0.52) + 0.26 * grain(building, 17 + layer)
      guard y > top else { continue }
      color = layer == 0 ? Paint(0x1B1F3F) : Paint(0x0E1128)
      let localX = x / step - Double(building)
      let column = Int(localX * 5)
      let row = Int((y - top) / 0.045)
      let inWindow =
        column > 0 && column < 4 && abs(localX * 5 - Double(column) - 0.5) < 0.3
        && abs((y - top) / 0.045 - Double(row) - 0.5) < 0.3
      if inWindow, grain(building * 31 + column, row + layer * 77) > 0.45 {
        color = Paint(0xFFD479).shaded(0.7 + 0.3 * grain(column, building + row))
      }
    }
    return color
  }

  /// A beach with an umbrella.
  static let beach = DemoPicture { x, y in
    var color =
      y < 0.36
      ? Paint(0x4FA7E8).mixed(Paint(0xCDEBFF), y / 0.36)
      : Paint(0x1B7FB5).mixed(Paint(0x63D2CF), (y - 0.36) / 0.26)
    let shore = 0.60 + 0.03 * sin(x * 5)
    color = color.mixed(Paint(0xFFFFFF), 0.9 * cover(abs(y - shore) - 0.008, 0.02))
    let sand = Paint(0xF2D6A2).shaded(0.94 + 0.10 * grain(Int(x * 320), Int(y * 320)))
    color = color.mixed(sand, cover(shore - y, 0.012))
    color = color.mixed(Paint(0xC9A66B), 0.7 * cover(ellipse(x, y, 0.98, 0.90, 0.30, 0.04), 0.03))
    color = color.mixed(Paint(0x7A5230), cover(box(x, y, 0.945, 0.40, 0.96, 0.90)))
    let dome = max(ellipse(x, y, 0.95, 0.52, 0.34, 0.30), y - 0.52)
    let angle = atan2(0.55 - y, x - 0.95)
    let stripe = Int(angle / .pi * 8) % 2 == 0 ? Paint(0xE63946) : Paint(0xFDF6EC)
    return color.mixed(stripe.shaded(1.08 - 0.5 * max(0, x - 0.95)), cover(dome))
  }

  /// A balloon; `hue` turns its colours.
  static func balloon(hue: Double) -> DemoPicture {
    DemoPicture(width: 360, height: 440) { x, y in
      var color = Paint(0x3F8EFC).mixed(Paint(0xDFF6FF), y)
      for (cloudX, cloudY, size) in [(0.15, 0.70, 0.10), (0.27, 0.72, 0.13), (0.66, 0.22, 0.08), (0.74, 0.23, 0.06)] {
        color = color.mixed(Paint(0xFFFFFF), 0.85 * cover(ellipse(x, y, cloudX, cloudY, size, size * 0.45), 0.05))
      }
      let envelope = y < 0.42 ? ellipse(x, y, 0.41, 0.36, 0.26, 0.28) : abs(x - 0.41) - (0.26 - 0.68 * (y - 0.42))
      let inside = y < 0.70 ? cover(envelope) : 0
      let gore = Int(((x - 0.41) / max(0.05, 0.27 - 0.4 * abs(y - 0.36)) + 2) * 3)
      let cloth = Paint(hue: hue + Double(gore % 3) * 0.12, value: 0.95).mixed(
        Paint(0xFFFFFF), gore % 2 == 0 ? 0.1 : 0.45)
      color = color.mixed(cloth.shaded(1.1 - 0.8 * max(0, x - 0.41)), inside)
      for rope in [-0.045, 0.045] {
        color = color.mixed(Paint(0x4A3420), cover(box(x, y, 0.41 + rope - 0.003, 0.69, 0.41 + rope + 0.003, 0.80)))
      }
      let weave = Int(x * 60) % 2 == Int(y * 60) % 2 ? 1.0 : 0.85
      return color.mixed(Paint(0x8A5A2B).shaded(weave), cover(box(x, y, 0.355, 0.79, 0.465, 0.88)))
    }
  }
}

extension Paint {
  /// The colour seen through an edge: covered so much, clear elsewhere.
  func over(_ coverage: Double) -> Paint {
    var result = self
    result.alpha = coverage
    return result
  }
}
