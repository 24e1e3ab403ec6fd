import Testing

@testable import Console

/// What eyes see that lack one kind of cones: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, "A Physiologically-based
/// Model for Simulation of Color Vision Deficiency" (2009), matrices for severity 1.0, on linear RGB.
enum ColorVision: String, CaseIterable {
  case normal, protanopia, deuteranopia, tritanopia

  private var matrix: [[Double]] {
    switch self {
    case .normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    case .protanopia:
      [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    case .deuteranopia:
      [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    case .tritanopia:
      [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    }
  }

  func sees(_ color: RGB) -> RGB {
    let light = LinearRGB(color)
    let seen = matrix.map { row in
      LinearRGB.encode(row[0] * light.red + row[1] * light.green + row[2] * light.blue)
    }
    return RGB(seen[0], seen[1], seen[2])
  }
}

@Suite("Colours and eyes")
struct ColorVisionTests {
  @Test func greysStayGreyAndRedAndGreenMeet() {
    for vision in ColorVision.allCases {
      let grey = vision.sees(RGB(128, 128, 128))
      #expect(abs(Int(grey.red) - 128) < 3 && abs(Int(grey.green) - 128) < 3 && abs(Int(grey.blue) - 128) < 3)
    }
    // The test tells something only if it sees what such eyes do not.
    let (red, green) = (RGB(205, 110, 60), RGB(120, 150, 60))
    func distance(_ vision: ColorVision) -> Double { Lab(vision.sees(red)).difference(from: Lab(vision.sees(green))) }
    #expect(distance(.normal) > 35)
    #expect(distance(.deuteranopia) < 20)
  }

  /// CIEDE2000; about 2 is the least that eyes tell apart side by side.
  private static let least = 10.0

  @Test(arguments: [
    ("deuteranopia", [ColorVision.normal, .deuteranopia, .protanopia]), ("tritanopia", [.normal, .tritanopia]),
  ])
  func statesAreApart(_ name: String, _ eyes: [ColorVision]) throws {
    let theme = try #require(ThemeLibrary(sources: ThemeTests.shipped)[name])
    for vision in eyes {
      let colors = StateLook.all.map { look in
        (look.slot, theme[look.slot].foreground.map { Lab(vision.sees(RGB($0))) })
      }
      #expect(colors.count == 8)
      for (i, (a, first)) in colors.enumerated() {
        for (b, second) in colors[(i + 1)...] {
          let distance = try #require(first).difference(from: #require(second))
          #expect(distance >= Self.least, "\(a.rawValue) and \(b.rawValue) to \(vision.rawValue): \(distance)")
        }
      }
    }
  }
}
