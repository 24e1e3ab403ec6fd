import Console
import FoundationEssentials
import Glibc
import ObjectStore
import Pipeline
import PixelEngine

/// Rows of the lists, as text and as JSON. The JSON fields are a contract.
extension StatusRow {
  var json: JSON {
    [
      "key": .string(key.string),
      "size": .number(size),
      "lastModified": .date(lastModified),
      "etag": .string(etag),
      "state": .string(state.rawValue),
      "renditions": .object(GridSize.allCases.map { (String($0.side), .string(renditions[$0].word)) }),
      "failure": failure?.json ?? .null,
    ]
  }
}

extension StatusRow {
  static let csvHeader =
    "key,size,lastModified,etag,state," + GridSize.allCases.map { "\($0.side)" }.joined(separator: ",")
    + ",failure,message"

  /// RFC 4180. A field that a spreadsheet would take for a formula begins with an apostrophe.
  var csv: String {
    let fields =
      [key.string, String(size), JSON.dateText(lastModified), etag, state.rawValue]
      + GridSize.allCases.map { renditions[$0].word } + [failure?.code.rawValue ?? "", failure?.message ?? ""]
    return fields.map { field in
      var field = field
      if let first = field.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) { field = "'" + field }
      let isPlain = !field.unicodeScalars.contains { "\",\n\r".unicodeScalars.contains($0) }
      return isPlain ? field : "\"\(field.replacing("\"", with: "\"\""))\""
    }.joined(separator: ",")
  }
}

extension Job {
  /// As `run --json` prints it; what has not ended says so.
  var json: JSON {
    var fields: [(String, JSON)] = [("key", .string(key.string))]
    switch phase {
    case .queued: fields.append(("outcome", "queued"))
    case .running: fields.append(("outcome", "running"))
    case .finished(let outcome, let milliseconds):
      var (word, renditions, failure, reason) = ("cancelled", 0, Failure?.none, SkipReason?.none)
      switch outcome {
      case .written(let count): (word, renditions) = ("written", count)
      case .skipped(let why): (word, reason) = ("skipped", why)
      case .failed(let why): (word, failure) = ("failed", why)
      case .cancelled: break
      }
      fields += [
        ("outcome", .string(word)), ("renditions", .number(renditions)), ("milliseconds", .number(milliseconds)),
        ("failure", failure?.json ?? .null), ("reason", .optional(reason?.rawValue)),
      ]
    }
    return .object(fields)
  }
}

extension ActionLog.Entry {
  var json: JSON {
    ["time": .date(Date(timeIntervalSince1970: time)), "kind": .string(kind.rawValue), "text": .string(text)]
  }
}

extension FailureRecord {
  var json: JSON {
    [
      "code": .string(code.rawValue),
      "message": .string(message),
      "stage": .string(stage.rawValue),
      "attempts": .number(attempts),
      "firstFailed": .date(firstFailed),
      "lastFailed": .date(lastFailed),
      "sourceETag": .string(sourceETag),
      "engineVersion": .string(engineVersion),
    ]
  }
}

extension StatusTotals {
  var json: JSON {
    [
      "total": .number(total),
      "complete": .number(complete),
      "partial": .number(partial),
      "pending": .number(pending),
      "stale": .number(stale),
      "failed": .number(failed),
      "unsupported": .number(unsupported),
      "orphans": .number(orphans),
    ]
  }

  /// `9 objects: 3 complete, 1 failed; 5 orphans`.
  var sentence: String {
    let parts = [
      (complete, "complete"), (partial, "partial"), (pending, "pending"), (stale, "stale"), (failed, "failed"),
      (unsupported, "unsupported"),
    ].filter { $0.0 > 0 }.map { "\(Format.grouped($0.0)) \($0.1)" }
    let states = parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")
    return Format.count(total, "object") + states + (orphans > 0 ? "; " + Format.count(orphans, "orphan") : "")
  }
}

extension ObjectSummary {
  var json: JSON {
    [
      "key": .string(key.string), "size": .number(size), "lastModified": .date(lastModified), "etag": .string(etag),
    ]
  }
}

extension Plan {
  func json(via: RunWay) -> JSON {
    [
      "plan": [
        "objects": .number(objects),
        "bytes": .number(bytes),
        "requests": .number(requests),
        "replaced": .number(replaced),
        "skipped": .object(
          SkipReason.allCases.compactMap { reason in skipped[reason].map { (reason.rawValue, .number($0)) } }),
        "firstKeys": .array(firstKeys.map { .string($0.string) }),
        "via": .string(via.rawValue),
        "cost": RunCost(self, way: via).map { .decimal(($0.dollars * 10_000).rounded() / 10_000) } ?? .null,
      ]
    ]
  }
}

extension SkipReason {
  /// Why, as a part of a sentence.
  var phrase: String {
    switch self {
    case .complete: "already complete"
    case .permanentFailure: "failed for good (--force tries again)"
    case .unsupported: "another kind of file (--force reads it)"
    case .rendition: "renditions themselves"
    case .otherState: "in another state"
    case .notFound: "gone"
    case .limit: "beyond --limit, for the next run"
    }
  }
}

extension Failure {
  var json: JSON { ["code": .string(code.rawValue), "message": .string(message)] }
}

extension TextStyle {
  /// `2026-11-21 14:03`, in the reader's time zone.
  static func date(_ date: Date) -> String {
    var seconds = time_t(min(max(date.timeIntervalSince1970, -2e11), 2e11))
    var local = tm()
    guard localtime_r(&seconds, &local) != nil else { return "" }
    return String(Format.date(Double(seconds), zone: Int(local.tm_gmtoff)).prefix(16))
  }

  /// `2026-11-21 14:03:59`, likewise.
  static func clock(_ date: Date) -> String {
    var seconds = time_t(min(max(date.timeIntervalSince1970, -2e11), 2e11))
    var local = tm()
    guard localtime_r(&seconds, &local) != nil else { return "" }
    return Format.date(Double(seconds), zone: Int(local.tm_gmtoff))
  }

  static let statusHeader =
    pad("STATE", 13) + " " + slotHeader + "  " + padLeft("SIZE", 7) + "  " + pad("MODIFIED", 16) + "  KEY"

  func status(_ row: StatusRow) -> String {
    let reason = row.failure.map { "  " + paint("\($0.code.rawValue): \(safe($0.message))", .dim) } ?? ""
    return state(row.state) + " " + slots(row.renditions) + "  " + Self.padLeft(Format.bytes(row.size), 7) + "  "
      + Self.pad(Self.date(row.lastModified), 16) + "  " + safe(row.key.string) + reason
  }

  static let listHeader = padLeft("SIZE", 7) + "  " + pad("MODIFIED", 16) + "  KEY"

  func listing(_ object: ObjectSummary) -> String {
    Self.padLeft(Format.bytes(object.size), 7) + "  " + Self.pad(Self.date(object.lastModified), 16) + "  "
      + safe(object.key.string)
  }
}
