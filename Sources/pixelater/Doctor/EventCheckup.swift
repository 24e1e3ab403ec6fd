import AWS
import ObjectStore
import Pipeline
import PixelEngine

/// Whom the buckets tell of new objects, and whether that goes round in a circle.
enum EventCheckup {
  private static let check = "events"
  /// A bucket may have a hundred.
  private static let mostLines = 20

  static func wiring(of source: BucketExamination) -> [Finding] {
    switch source.notifications {
    case nil: return []
    case .failure(let error):
      return [
        error.reason == .accessDenied
          ? .note(check, "not known", advice: "allow s3:GetBucketNotification on the source bucket to see them")
          : Finding(check, "the server does not tell whom it sends events")
      ]
    case .success(let notifications):
      let all = notifications.targets
      let useful = all.filter { $0.tellsOfCreation && $0.covers(prefix: source.location.prefix) }
      var findings = useful.prefix(mostLines).map { Finding(check, describe($0)) }
      if useful.count > mostLines { findings.append(Finding(check, "and \(useful.count - mostLines) more")) }
      if notifications.toEventBridge {
        findings.append(Finding(check, "EventBridge gets every event; its rules say who hears of it"))
      }
      guard findings.isEmpty else { return findings }
      let others = all.isEmpty ? "nobody" : "nobody (\(all.count) are told of other things)"
      return [
        .note(
          check, "\(others) is told of new pictures in the source",
          advice: "run pixelater run --all or keep a worker running, or have the bucket send s3:ObjectCreated:* to one")
      ]
    }
  }

  /// Targets that hear of new pictures in the source and of what is written in the destination: a function that
  /// processes whatever it is told of would process its own renditions, for ever.
  static func loops(
    _ source: BucketExamination?, _ destination: BucketExamination?, naming: RenditionNaming
  ) -> [Finding] {
    guard case .success(let from)? = source?.notifications, case .success(let to)? = destination?.notifications,
      let source, let destination
    else { return [] }
    let written = (GridSize.allCases.map { naming.prefix(for: $0) } + [FailureRecord.prefix])
      .map { destination.location.prefix + $0 }
    let heard = from.targets.filter { $0.tellsOfCreation && $0.covers(prefix: source.location.prefix) }
    let echoes = to.targets.filter { target in
      target.tellsOfCreation && written.contains { target.covers(prefix: $0) }
        // Renditions end as their sources do.
        && heard.contains {
          $0.arn == target.arn && ($0.suffix.hasSuffix(target.suffix) || target.suffix.hasSuffix($0.suffix))
        }
    }
    var findings = Set(echoes.map(\.arn)).sorted().map { arn in
      Finding(
        "loop hazard", "\(arn) is told of new pictures and of their renditions",
        advice: source.location.place == destination.location.place
          ? "limit its filter to keys that begin with \"\(source.location.prefix)\""
          : "remove the event notification of \(destination.location), or limit its filter to other keys")
    }
    if from.toEventBridge, to.toEventBridge {
      findings.append(
        .note(
          "loop hazard", "both ends send their events to EventBridge",
          advice: "see to it that the rules name the source bucket"
            + (source.location.prefix.isEmpty ? "" : " and keys that begin with \"\(source.location.prefix)\"")))
    }
    return findings
  }

  private static func describe(_ target: BucketNotifications.Target) -> String {
    var text = "\(target.kind.rawValue) \(target.arn) gets \(target.events.joined(separator: ", "))"
    if !target.prefix.isEmpty { text += ", keys that begin with \"\(target.prefix)\"" }
    if !target.suffix.isEmpty { text += ", keys that end with \"\(target.suffix)\"" }
    return text
  }
}
