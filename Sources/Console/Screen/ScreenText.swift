// A screen as text, for a ticket or a page.

extension ScreenGrid {
  /// Lines without colours, without the blanks at their ends.
  package var plainLines: [String] {
    (0..<size.rows).map { row in
      var line = ""
      for column in 0..<size.columns { line += self[column, row].text }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  /// Lines with SGR sequences (ECMA-48), as a terminal would be sent them; each ends with the colours reset.
  package var ansiLines: [String] {
    (0..<size.rows).map { row in Console.ansiLine((0..<size.columns).map { self[$0, row] }) }
  }

  /// Runs of cells that look alike. One ends behind a wide character, so that each begins where its column does whatever
  /// the width of that character is elsewhere.
  func runs(row: Int) -> [ScreenRun] {
    var runs: [ScreenRun] = []
    for column in 0..<size.columns {
      let cell = self[column, row]
      let isBehindWide = column > 0 && self[column - 1, row].glyph == .empty
      if var last = runs.last, last.style == cell.style, !isBehindWide {
        last.text += cell.text
        last.columns += 1
        runs[runs.count - 1] = last
      } else {
        runs.append(ScreenRun(text: cell.text, style: cell.style, column: column, columns: 1))
      }
    }
    return runs
  }
}

/// Cells side by side that look alike.
struct ScreenRun: Hashable {
  var text: String
  var style: Style
  var column: Int
  var columns: Int
}
