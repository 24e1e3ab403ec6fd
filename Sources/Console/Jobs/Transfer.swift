package import ObjectStore
package import Pipeline
import PixelEngine

/// The rows that a download or a deletion is about, as they were when it was asked for.
package struct RowSelection: Sendable {
  package var rows: [RowID]
  package var table: RowTable

  /// Renditions that the listing knows of.
  package var renditionCount: Int {
    rows.reduce(0) { $0 + GridSize.allCases.count - table[$1].renditions.count(.missing) }
  }

  /// Bytes of those.
  package var renditionBytes: Int64 { rows.reduce(0) { $0 + Int64(table[$1].renditionBytes) } }

  package var sourceBytes: Int64 { rows.reduce(0) { $0 + table[$1].size } }

  package func objects(sources: Bool, renditions: Bool) -> [WorkspaceObject] {
    var objects: [WorkspaceObject] = []
    for id in rows where table.holds(id) {
      let key = table.key(id)
      if sources { objects.append(WorkspaceObject(source: key)) }
      guard renditions else { continue }
      let set = table[id].renditions
      for size in GridSize.allCases where set[size] != .missing {
        objects.append(WorkspaceObject(source: key, size: size))
      }
    }
    return objects
  }
}

/// What a download fetches, and where to.
package struct DownloadOrder: Sendable {
  package enum Parts: String, CaseIterable, Hashable, Sendable {
    case source, renditions, both
  }

  package enum Subject: Sendable {
    case rows(RowSelection)
    /// One version of one object.
    case version(WorkspaceObject)
  }

  package var subject: Subject
  package var parts = Parts.source
  package var folder: String
  package var existing = DownloadRequest.Existing.number

  package var request: DownloadRequest {
    let objects =
      switch subject {
      case .rows(let selection): selection.objects(sources: parts != .renditions, renditions: parts != .source)
      case .version(let object): [object]
      }
    return DownloadRequest(objects: objects, folder: folder, existing: existing)
  }

  var name: String {
    let what =
      switch subject {
      case .rows(let selection): "\(parts.rawValue) of \(selection.rows.count)"
      case .version(let object): object.name
      }
    return "\(what) to \(folder) \(existing.rawValue)"
  }
}

/// Content that is to go over, or renditions that are to go.
package enum TransferOrder: Sendable {
  case download(DownloadOrder)
  case upload(path: String, key: ObjectKey)
  case deleteRenditions(RowSelection)
  case removeOrphans
  /// Take a deletion back; what is to be looked at again then.
  case undo([DeletedObject], BucketChange)
  /// Make a version of a source the one that stands.
  case restore(ObjectKey, version: String)
  case verify(RowSelection)
  /// Tell others of objects, with their rows as they were when it was asked for.
  case handOver([ObjectKey], RowTable, RunWay)
  case redrive([DeadLetter.Identity], RunWay)

  /// For logs and tests.
  var name: String {
    switch self {
    case .download(let order): "download \(order.name)"
    case .upload(let path, let key): "upload \(path) to \(key.string)"
    case .deleteRenditions(let selection): "delete renditions of \(selection.rows.count)"
    case .removeOrphans: "remove orphans"
    case .undo(let objects, _): "bring back \(objects.map { "\($0.key)#\($0.marker)" }.joined(separator: " "))"
    case .restore(let key, let version): "restore \(key.string)#\(version)"
    case .verify(let selection): "verify \(selection.rows.count)"
    case .handOver(let keys, _, let way): "send \(keys.map(\.string).joined(separator: " ")) to \(way.rawValue)"
    case .redrive(let ids, let way): "redrive \(ids.map(\.id).joined(separator: " ")) by \(way.rawValue)"
    }
  }
}

extension WorkspaceObject {
  /// For logs and tests.
  var name: String {
    source.string + (size.map { "@\($0.side)" } ?? "") + (version.map { "#\($0)" } ?? "")
  }
}

/// How far a transfer is.
package struct TransferReport: Sendable {
  package struct Problem: Hashable, Sendable {
    package var key: String
    /// A sentence for people; foreign text.
    package var text: String
  }

  /// What became of a dead letter; nil: it was not there any more.
  package struct LetterEnd: Hashable, Sendable {
    package var id: DeadLetter.Identity
    package var outcome: RedriveOutcome?
  }

  package var id: Int
  /// Nil until it is known.
  package var total: Int?
  package var done = 0
  package var skipped = 0
  package var failed = 0
  package var bytes: Int64 = 0
  /// New since the report before.
  package var problems: [Problem] = []
  /// What became of objects, new since the report before.
  package var outcomes: [TransferOutcome] = []
  /// Objects that others know of, new since the report before.
  package var sent: [ObjectKey] = []
  /// Likewise.
  package var verdicts: [ObjectVerdict] = []
  /// Likewise.
  package var letters: [LetterEnd] = []
  package var isEnded = false
  package var isCancelled = false
  /// What has to be looked at again.
  package var change: BucketChange?

  package init(id: Int) {
    self.id = id
  }
}

/// A download, an upload or a deletion, on its way or done.
package struct Transfer: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case download, upload, delete, removeOrphans, undo, restore, verify, send, redrive
  }

  package var id: Int
  package var kind: Kind
  /// What goes where, safe to show.
  package var subject: String
  package var began: Double
  package var ended: Double?
  package var isCancelled = false
  package var total: Int?
  package var done = 0
  package var skipped = 0
  package var failed = 0
  package var bytes: Int64 = 0
  /// Why the last that failed did; safe to show.
  package var problem: String?

  /// What it is, safe to show.
  package var title: String {
    switch kind {
    case .download: "Download of \(subject)"
    case .upload: "Upload of \(subject)"
    case .delete, .removeOrphans: "Deletion of \(subject)"
    case .undo: "Return of \(subject)"
    case .restore: "Restoration of \(subject)"
    case .verify: "Verification of \(subject)"
    case .send: "Sending of \(subject)"
    case .redrive: "Redrive of \(subject)"
    }
  }

  /// `downloaded 3 of 12, 4.5 MB, 1 failed`.
  var progress: String {
    var parts: [String] = []
    if let total, ended == nil || done != total {
      parts.append("\(Format.grouped(done)) of \(Format.grouped(total))")
    } else {
      parts.append(Format.grouped(done))
    }
    if bytes > 0 { parts.append(Format.bytes(bytes)) }
    if skipped > 0 { parts.append("\(Format.grouped(skipped)) \(kind == .redrive ? "stay" : "left alone")") }
    if failed > 0 { parts.append("\(Format.grouped(failed)) failed") }
    let word =
      switch kind {
      case .download: "downloaded"
      case .upload: "uploaded"
      case .delete, .removeOrphans: "deleted"
      case .undo: "brought back"
      case .restore: "restored"
      case .verify: "verified"
      case .send: "sent"
      case .redrive: "redriven"
      }
    return "\(word) " + parts.joined(separator: ", ")
  }
}

/// The transfers of this console, newest first.
package struct TransferBoard: Sendable {
  /// Most transfers remembered.
  static let remembered = 100

  package private(set) var all: [Transfer] = []
  private var lastID = 0

  package init() {}

  package var running: [Transfer] { all.filter { $0.ended == nil } }

  mutating func begin(_ kind: Transfer.Kind, _ subject: String, total: Int?, at time: Double) -> Int {
    lastID += 1
    all.insert(Transfer(id: lastID, kind: kind, subject: subject, began: time, total: total), at: 0)
    while all.count > Self.remembered, let index = all.lastIndex(where: { $0.ended != nil }) { all.remove(at: index) }
    return lastID
  }

  /// The transfer as it is now; nil where it is not known any more.
  ///
  /// - Parameter problem: why the last did that failed, safe to show.
  mutating func take(_ report: TransferReport, problem: String?, at time: Double) -> Transfer? {
    guard let index = all.firstIndex(where: { $0.id == report.id && $0.ended == nil }) else { return nil }
    if let total = report.total { all[index].total = total }
    all[index].done = report.done
    all[index].skipped = report.skipped
    all[index].failed = report.failed
    all[index].bytes = report.bytes
    all[index].problem = problem ?? all[index].problem
    if report.isEnded {
      all[index].ended = time
      all[index].isCancelled = report.isCancelled
    }
    return all[index]
  }
}
