package import ObjectStore
package import Pipeline
import PixelEngine

/// Something to be done, decided by `update`, done by `EffectRunner` or the terminal's driver.
package enum ConsoleEffect: Sendable {
  /// List everything; the one before it, if any, is dropped.
  case list(listing: Int)
  /// A batch has been taken in: fetch another.
  case listMore(listing: Int)
  /// Read these rows again.
  case read([ObjectKey])
  case arrange(ArrangeRequest)
  case plan(PlanRequest)
  case submit([ObjectKey], RunPolicy)
  case cancel(ObjectKey)
  case cancelAll
  /// Begin no more jobs, or go on.
  case pauseJobs(Bool)
  /// Begin so many objects a second at most; nil: as many as go.
  case setRate(ObjectRate?)
  /// Load these pictures, in this order; whatever was being loaded is dropped.
  case preview([PreviewID])
  /// Ask the store for a link.
  case link(WorkspaceObject, seconds: Int, generation: Int)
  case versions(ObjectKey, generation: Int)
  /// Ask whether the destination keeps what is deleted.
  case versioning
  /// Complete a path from what is there.
  case completePath(String, foldersOnly: Bool, generation: Int)
  case checkDownload(DownloadOrder, generation: Int)
  case checkUpload(path: String, key: ObjectKey, generation: Int)
  case transfer(TransferOrder, id: Int)
  case cancelTransfer(Int)
  /// Ask how much waits in the queues.
  case depth(generation: Int)
  /// Look at the dead letters.
  case look(generation: Int)
  /// Ask the renditions of an object what they say of themselves.
  case inspect(ObjectKey)
  /// Ask a source what it says of itself.
  case describe(ObjectKey, etag: String)
  /// Add to the audit log.
  case audit([AuditEntry])
  /// Add to the history of commands.
  case remember(String)
  case keepViews([SavedView])
  case export(ExportOrder)
  case terminal(TerminalEffect)
}

/// Work on many rows that must not hold up keys.
package struct ArrangeRequest: Sendable {
  package var view: ConsoleView
  package var generation: Int
  package var query: RowQuery
  package var table: RowTable

  package init(view: ConsoleView, generation: Int, query: RowQuery, table: RowTable) {
    self.view = view
    self.generation = generation
    self.query = query
    self.table = table
  }
}

package struct PlanRequest: Sendable {
  package var generation: Int
  package var rows: [RowID]
  package var table: RowTable
  package var policy: RunPolicy
  package var naming: RenditionNaming
  /// Most objects to take; nil: all.
  package var limit: Int?

  /// Decides for every row.
  package func planned() -> PlannedRun {
    var plan = Plan(limit: limit)
    var keys: [ObjectKey] = []
    for id in rows {
      let row = table.row(id)
      let decision = plan.add(row, policy.decide(row, naming: naming))
      if decision == .process { keys.append(row.key) }
    }
    return PlannedRun(plan: plan, keys: keys)
  }
}

extension ConsoleEffect: CustomStringConvertible {
  /// For logs and tests.
  package var description: String {
    switch self {
    case .list(let listing): "list \(listing)"
    case .listMore(let listing): "list more \(listing)"
    case .read(let keys): "read \(keys.map(\.string).sorted().joined(separator: " "))"
    case .arrange(let request): "arrange \(request.view.rawValue) \(request.generation)"
    case .plan(let request): "plan \(request.generation) of \(request.rows.count)"
    case .submit(let keys, let policy):
      "submit \(keys.map(\.string).joined(separator: " "))\(policy.force ? " forced" : "")"
    case .cancel(let key): "cancel \(key.string)"
    case .cancelAll: "cancel all"
    case .pauseJobs(let isPaused): isPaused ? "pause jobs" : "resume jobs"
    case .setRate(let rate): "rate \(rate.map(\.description) ?? "off")"
    case .preview(let ids): "preview \(ids.map { "\($0.key.string)@\($0.subject.name)" }.joined(separator: " "))"
    case .link(let object, let seconds, let generation): "link \(object.name) for \(seconds) s \(generation)"
    case .versions(let key, let generation): "versions \(key.string) \(generation)"
    case .versioning: "versioning"
    case .completePath(let text, let foldersOnly, let generation):
      "complete \(foldersOnly ? "folder" : "file") \(text) \(generation)"
    case .checkDownload(let order, let generation): "check download \(order.name) \(generation)"
    case .checkUpload(let path, let key, let generation): "check upload \(path) \(key.string) \(generation)"
    case .transfer(let order, let id): "transfer \(id) \(order.name)"
    case .cancelTransfer(let id): "cancel transfer \(id)"
    case .depth(let generation): "depth \(generation)"
    case .look(let generation): "look \(generation)"
    case .inspect(let key): "inspect \(key.string)"
    case .describe(let key, _): "describe \(key.string)"
    case .audit(let entries):
      "audit \(entries.map { "\($0.act.rawValue) \($0.key) \($0.outcome.rawValue)" }.joined(separator: ", "))"
    case .remember(let command): "remember \(command)"
    case .keepViews(let views): "keep views \(views.map(\.name).joined(separator: " "))"
    case .export(let order): "export \(order.name)\(order.suffix)"
    case .terminal(let effect): "terminal \(effect)"
    }
  }
}

extension PreviewSubject {
  package var name: String {
    switch self {
    case .rendition(let size): "\(size.side)"
    case .recomputed(let size): "recomputed \(size.side)"
    case .original: "original"
    case .version(let id, let size): "\(size.side)#\(id)"
    }
  }
}
