import Foundation
import Testing

@testable import Console

/// Compares a screen with a file of `Golden/`: its text, and beside it the slot of every cell as a letter.
///
/// With `PIXELATER_RECORD_GOLDENS` set the files are written instead, and the run fails: recording is no passing.
enum GoldenScreen {
  static func expect(_ grid: ScreenGrid, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    try expect(text(grid), name, sourceLocation: sourceLocation)
  }

  /// Likewise with colours and attributes in place of slots, in words: a colour that changes changes a line.
  static func expectStyles(_ grid: ScreenGrid, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws
  {
    try expect(styles(grid), name, sourceLocation: sourceLocation)
  }

  private static func expect(_ actual: String, _ name: String, sourceLocation: SourceLocation) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/\(name).txt")
    if ProcessInfo.processInfo.environment["PIXELATER_RECORD_GOLDENS"] != nil {
      try actual.write(to: file, atomically: true, encoding: .utf8)
      Issue.record("recorded \(name)", sourceLocation: sourceLocation)
      return
    }
    let wanted = try String(contentsOf: file, encoding: .utf8)
    let difference = zip(
      wanted.split(separator: "\n", omittingEmptySubsequences: false),
      actual.split(separator: "\n", omittingEmptySubsequences: false)
    )
    .enumerated().first { $1.0 != $1.1 }
    #expect(
      wanted == actual,
      """
      \(name), first difference in line \((difference?.offset ?? -1) + 1):
      \(difference?.element.0 ?? "")
      \(difference?.element.1 ?? "")
      whole:
      \(actual)
      """,
      sourceLocation: sourceLocation)
  }

  /// The letters of slots, in the order of `Slot.allCases`.
  private static let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!$%&*+=?@#")

  static func text(_ grid: ScreenGrid) -> String {
    var lines: [String] = []
    let edge = "+" + String(repeating: "-", count: grid.size.columns) + "+"
    lines.append(edge)
    for row in 0..<grid.size.rows {
      lines.append("|" + (0..<grid.size.columns).map { grid[$0, row].text }.joined() + "|")
    }
    lines.append(edge)
    var used: Set<Slot> = []
    for row in 0..<grid.size.rows {
      var line = ""
      for column in 0..<grid.size.columns {
        let cell = grid[column, row]
        guard let slot = cell.slot, let index = Slot.allCases.firstIndex(of: slot) else {
          line.append(
            cell.style == Style() && cell.text == " "
              ? " " : cell.style.background == .standard && cell.text == " " ? " " : ":")
          continue
        }
        used.insert(slot)
        line.append(letters[index])
      }
      while line.last == " " { line.removeLast() }
      lines.append("|" + line)
    }
    for (i, slot) in Slot.allCases.enumerated() where used.contains(slot) {
      lines.append("\(letters[i]) \(slot.rawValue)")
    }
    if let cursor = grid.cursor { lines.append("cursor \(cursor.column),\(cursor.row)") }
    for picture in grid.pictures {
      lines.append("picture \(picture.columns)x\(picture.rows) at \(picture.column),\(picture.row)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Each line, and below it what its parts look like:
  ///
  ///      6 | ▌ broken.png   1.2 kB  ! failed
  ///          0-20 "▌ broken.png   1.2 kB" bright-white on blue bold
  static func styles(_ grid: ScreenGrid) -> String {
    var lines: [String] = []
    let ground = grid[0, grid.size.rows - 1].style.background
    lines.append("ground \(name(of: ground))")
    for row in 0..<grid.size.rows {
      let cells = (0..<grid.size.columns).map { grid[$0, row] }
      var text = cells.map(\.text).joined()
      while text.last == " " { text.removeLast() }
      let number = String(row)
      lines.append(String(repeating: " ", count: 3 - number.count) + number + " | " + text)
      var start = 0
      while start < cells.count {
        let style = cells[start].style
        let end = cells[start...].firstIndex { $0.style != style } ?? cells.count
        let part = cells[start..<end].map(\.text).joined()
        if part.contains(where: { $0 != " " }) || style.background != ground || style.attributes.contains(.reverse) {
          let words = part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
          lines.append("      \(start)-\(end - 1) \"\(String(words))\" \(name(of: style))")
        }
        start = end
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func name(of style: Style) -> String {
    let names: [(Attributes, String)] = [
      (.bold, "bold"), (.dim, "dim"), (.italic, "italic"), (.underline, "underline"), (.reverse, "reverse"),
    ]
    let ground = style.background == .standard ? [] : ["on", name(of: style.background)]
    return
      ([name(of: style.foreground)] + ground + names.filter { style.attributes.contains($0.0) }.map(\.1))
      .joined(separator: " ")
  }

  private static func name(of color: Color) -> String {
    func hex(_ value: UInt8) -> String { (value < 16 ? "0" : "") + String(value, radix: 16) }
    return switch color {
    case .standard: "plain"
    case .palette(let index): index < 16 ? ThemeColor.names[Int(index)] : "\(index)"
    case .rgb(let red, let green, let blue): "#" + hex(red) + hex(green) + hex(blue)
    }
  }
}
