import Console

/// One mouse report in the SGR form, `ESC [ < button ; column ; row M` (or `m` for a release).
struct MouseReport: Equatable {
  var button: Int
  /// From 0.
  var point: ScreenPoint
  var isPress: Bool

  /// - Parameter body: what stands after `ESC [`, its final letter included.
  init?(_ body: ArraySlice<UInt8>) {
    guard body.first == UInt8(ascii: "<"), let final = body.last,
      final == UInt8(ascii: "M") || final == UInt8(ascii: "m")
    else { return nil }
    let numbers = body.dropFirst().dropLast().split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
      .map { Int(String(decoding: $0, as: UTF8.self)) }
    guard numbers.count == 3, let button = numbers[0], let column = numbers[1], let row = numbers[2],
      0...255 ~= button, 1...32767 ~= column, 1...32767 ~= row
    else { return nil }
    self.button = button
    point = ScreenPoint(column: column - 1, row: row - 1)
    isPress = final == UInt8(ascii: "M")
  }
}

/// Tells a double click: a second press on the same cell within 400 ms.
struct ClickTiming {
  static let doubleClick = 400

  private var last: (point: ScreenPoint, at: Int)?

  /// Releases, motion, the other buttons and sideways wheels are nothing.
  mutating func event(_ report: MouseReport, at milliseconds: Int) -> MouseEvent? {
    // Shift, Alt and Control are bits 4, 8 and 16.
    switch report.button & ~(4 | 8 | 16) {
    case 0 where report.isPress:
      if let last, last.point == report.point, milliseconds - last.at <= Self.doubleClick {
        self.last = nil
        return MouseEvent(kind: .doublePress, point: report.point)
      }
      last = (report.point, milliseconds)
      return MouseEvent(kind: .press, point: report.point)
    case 64 where report.isPress: return MouseEvent(kind: .wheelUp, point: report.point)
    case 65 where report.isPress: return MouseEvent(kind: .wheelDown, point: report.point)
    default: return nil
    }
  }
}
