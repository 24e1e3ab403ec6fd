import ObjectStore

@testable import Console

/// Keeps in memory what a console would write to files.
final class MemoryFiles: ConsoleFiles {
  let audited = Locked<[AuditEntry]>([])
  let commands = Locked<[String]>([])
  let views = Locked<[SavedView]>([])
  let exports = Locked<[ExportOrder]>([])
  /// Thrown by every method that can.
  let problem: FileProblem?

  init(problem: FileProblem? = nil) {
    self.problem = problem
  }

  private func check() throws(FileProblem) {
    if let problem { throw problem }
  }

  func audit(_ entries: [AuditEntry]) throws(FileProblem) {
    try check()
    audited.withLock { $0 += entries }
  }

  func remember(_ command: String) { commands.withLock { $0.append(command) } }

  func keep(_ views: [SavedView]) throws(FileProblem) {
    try check()
    self.views.withLock { $0 = views }
  }

  func export(_ order: ExportOrder) throws(FileProblem) -> String {
    try check()
    exports.withLock { $0.append(order) }
    return order.folder + "/" + order.name + order.suffix
  }
}
