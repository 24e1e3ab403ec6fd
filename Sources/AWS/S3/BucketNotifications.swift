/// Whom a bucket tells of what happens in it (`NotificationConfiguration` of the Amazon S3 API Reference). All text is
/// foreign.
package struct BucketNotifications: Hashable, Sendable {
  package struct Target: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
      case queue, topic, function
    }

    package var kind: Kind
    package var arn: String
    /// `s3:ObjectCreated:*` and the like.
    package var events: [String]
    /// What the keys it is told of begin and end with; empty: anything.
    package var prefix: String
    package var suffix: String

    package init(kind: Kind, arn: String, events: [String], prefix: String = "", suffix: String = "") {
      self.kind = kind
      self.arn = arn
      self.events = events
      self.prefix = prefix
      self.suffix = suffix
    }
  }

  package var targets: [Target]
  /// Every event also goes to EventBridge, whose rules say what becomes of it.
  package var toEventBridge: Bool

  package init(targets: [Target] = [], toEventBridge: Bool = false) {
    self.targets = targets
    self.toEventBridge = toEventBridge
  }
}

extension BucketNotifications.Target {
  /// Whether it is told of at least some objects that are stored.
  package var tellsOfCreation: Bool {
    events.contains { $0 == "s3:*" || $0.hasPrefix("s3:ObjectCreated:") }
  }

  /// Whether it is told of some keys that begin with `prefix`, whatever they end with.
  package func covers(prefix other: String) -> Bool {
    // A filter is percent-encoded where its characters need it; not every server and not everybody does so.
    [prefix, PercentEncoding.decode(prefix, plusIsSpace: true).map { String(decoding: $0, as: UTF8.self) } ?? prefix]
      .contains { $0.utf8.starts(with: other.utf8) || other.utf8.starts(with: $0.utf8) }
  }
}

extension BucketNotifications {
  /// Reads an answer of GetBucketNotificationConfiguration.
  ///
  /// - Throws: `invalidAnswer` where it is none: servers that do not know the question answer another.
  init(_ body: [UInt8]) throws(ServiceError) {
    let root = try XMLElement(answer: body)
    guard root.name == "NotificationConfiguration" else {
      throw .invalidAnswer(detail: "no NotificationConfiguration")
    }
    // The names of a function's configuration go back to a beta of Lambda.
    let kinds: [String: (kind: Target.Kind, arn: String)] = [
      "QueueConfiguration": (.queue, "Queue"), "TopicConfiguration": (.topic, "Topic"),
      "CloudFunctionConfiguration": (.function, "CloudFunction"),
      "LambdaFunctionConfiguration": (.function, "LambdaFunctionArn"),
    ]
    targets = root.children.compactMap { element in
      guard let (kind, name) = kinds[element.name] else { return nil }
      guard let arn = element[name]?.text, !arn.isEmpty else { return nil }
      var target = Target(
        kind: kind, arn: arn, events: element.children.filter { $0.name == "Event" }.map(\.text))
      for rule in element["Filter"]?["S3Key"]?.children ?? [] where rule.name == "FilterRule" {
        switch rule["Name"]?.text.lowercased() {
        case "prefix": target.prefix = rule["Value"]?.text ?? ""
        case "suffix": target.suffix = rule["Value"]?.text ?? ""
        default: break
        }
      }
      return target
    }
    toEventBridge = root["EventBridgeConfiguration"] != nil
  }
}
