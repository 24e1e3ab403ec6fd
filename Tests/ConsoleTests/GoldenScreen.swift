import Foundation
import Testing

@testable import Console

/// Compares a screen with a file of `Golden/`: its text, and beside it the slot of every cell as a letter.
///
/// With `PIXELATER_RECORD_GOLDENS` set the files are written instead, and the run fails: recording is no passing.
enum GoldenScreen {
  static func expect(_ grid: ScreenGrid, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/\(name).txt")
    let actual = text(grid)
    if ProcessInfo.processInfo.environment["PIXELATER_RECORD_GOLDENS"] != nil {
      try actual.write(to: file, atomically: true, encoding: .utf8)
      Issue.record("recorded \(name)", sourceLocation: sourceLocation)
      return
    }
    let wanted = try String(contentsOf: file, encoding: .utf8)
    let difference = zip(wanted.split(separator: "\n", omittingEmptySubsequences: false), actual.split(separator: "\n", omittingEmptySubsequences: false))
      .enumerated().first { $1.0 != $1.1 }
    #expect(
      wanted == actual,
      "\(name), first difference in line \((difference?.offset ?? -1) + 1):\n\(difference?.element.0 ?? "")\n\(difference?.element.1 ?? "")\n\nwhole:\n\(actual)",
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
          line.append(cell.style == Style() && cell.text == " " ? " " : cell.style.background == .standard && cell.text == " " ? " " : ":")
          continue
        }
        used.insert(slot)
        line.append(letters[index])
      }
      while line.last == " " { line.removeLast() }
      lines.append("|" + line)
    }
    for (i, slot) in Slot.allCases.enumerated() where used.contains(slot) { lines.append("\(letters[i]) \(slot.rawValue)") }
    if let cursor = grid.cursor { lines.append("cursor \(cursor.column),\(cursor.row)") }
    if let picture = grid.picture {
      lines.append("picture \(picture.columns)x\(picture.rows) at \(picture.column),\(picture.row)")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
