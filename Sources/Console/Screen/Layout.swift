/// Where everything stands on a screen of some size: for painting, for scrolling, and for the mouse.
package struct Layout: Hashable, Sendable {
  /// Smaller than this, nothing is shown but that.
  static let least = ScreenSize(columns: 20, rows: 5)

  var isTooSmall: Bool
  var headerRow = 0
  /// The line of totals; on a low screen they go into the header.
  var totalsRow: Int?
  var tabsRow: Int?
  var ruleRow: Int?
  /// Between the rule and the status line.
  var body: ScreenRect
  /// The list with its line of headings; all of the body where there is no pane.
  var list: ScreenRect
  /// Lines of rows in the list.
  var listLines: Int
  /// The preview beside the list, or below it on a tall narrow screen.
  var pane: ScreenRect?
  var statusRow: Int
  var footerRow: Int

  init(size: ScreenSize, hasPane: Bool) {
    isTooSmall = size.columns < Self.least.columns || size.rows < Self.least.rows
    var top = 1
    if size.rows >= 16 {
      totalsRow = top
      top += 1
    }
    if size.rows >= 8 {
      tabsRow = top
      top += 1
    }
    if size.rows >= 20 {
      ruleRow = top
      top += 1
    }
    footerRow = size.rows - 1
    statusRow = size.rows >= 8 ? size.rows - 2 : size.rows - 1
    body = ScreenRect(column: 0, row: top, columns: size.columns, rows: max(0, statusRow - top))
    list = body
    if hasPane, size.columns >= Self.besideColumns, body.rows >= 8 {
      // Room for 32 cells at least, for 64 where the list has plenty.
      let columns = min(max(34, size.columns - 78), 68)
      pane = ScreenRect(column: size.columns - columns, row: top, columns: columns, rows: body.rows)
      list.columns = size.columns - columns - 1
    } else if hasPane, size.columns >= 34, size.rows >= Self.belowRows {
      let rows = 19
      pane = ScreenRect(column: 0, row: top + body.rows - rows, columns: size.columns, rows: rows)
      list.rows = body.rows - rows
    }
    listLines = max(1, list.rows - 1)
  }

  static let besideColumns = 72
  static let belowRows = 36
}

extension ConsoleState {
  package var layout: Layout {
    Layout(size: size, hasPane: preview.isOpen && hasPanePage)
  }

  /// Whether the page on screen has something to show in a pane.
  var hasPanePage: Bool { details != nil || view == .objects || view == .failed }

  /// Whether a pane would fit if it were open.
  var paneFits: Bool { Layout(size: size, hasPane: true).pane != nil }
}
