/// What the console keeps for the person outside the stores: the audit log, saved views, what was typed after `:`, and
/// exports. Methods are called from any thread and may take their time.
package protocol ConsoleFiles: Sendable {
  /// Adds entries to the audit log, in their order.
  ///
  /// - Throws: why the log could not be written; nothing else depends on it.
  func audit(_ entries: [AuditEntry]) throws(FileProblem)
  /// Adds a line to the history of commands.
  func remember(_ command: String)
  /// Replaces the saved views.
  func keep(_ views: [SavedView]) throws(FileProblem)
  /// Writes an export to a new file; none is ever replaced.
  ///
  /// - Returns: the file's path.
  func export(_ order: ExportOrder) throws(FileProblem) -> String
}

/// Why a file of this machine could not be written: a sentence with the file's name, safe to show.
package struct FileProblem: Error, Hashable, Sendable {
  package var text: String

  package init(text: String) {
    self.text = text
  }
}

/// What has been kept by earlier consoles.
package struct KeptFiles: Hashable, Sendable {
  package var views: [SavedView]
  /// Oldest first.
  package var commands: [String]
  /// What is wrong with the files; sentences, safe to show.
  package var problems: [String]

  package init(views: [SavedView] = [], commands: [String] = [], problems: [String] = []) {
    self.views = views
    self.commands = commands
    self.problems = problems
  }
}
