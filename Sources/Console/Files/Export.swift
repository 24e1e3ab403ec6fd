package import Pipeline

/// What `E` writes to a file.
package struct ExportOrder: Sendable {
  /// What the screen shows, or the objects, jobs, letters or entries that its view lists.
  package enum Content: Sendable {
    case text(ScreenGrid)
    case ansi(ScreenGrid)
    case svg(ScreenGrid)
    /// The rows of a list, in its order.
    case rows([RowID], RowTable, RowForm)
    case jobs([Job])
    case letters([ReadLetter])
    case log([ActionLog.Entry])
  }

  package enum RowForm: Sendable {
    /// JSON Lines, as `status --json` prints them.
    case json
    /// RFC 4180, with a line of headings.
    case csv
  }

  package var content: Content
  /// Of the file, without its suffix; plain ASCII.
  package var name: String
  /// As people write it.
  package var folder: String

  /// Of the file, with its dot.
  package var suffix: String {
    switch content {
    case .text: ".txt"
    case .ansi: ".ans"
    case .svg: ".svg"
    case .rows(_, _, .csv): ".csv"
    case .rows, .jobs, .letters, .log: ".jsonl"
    }
  }
}
