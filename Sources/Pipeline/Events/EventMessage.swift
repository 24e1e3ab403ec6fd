import FoundationEssentials
import ObjectStore

/// One message about objects, as a queue holds it: S3's notification, the same in an envelope of SNS's, or EventBridge's.
package struct EventMessage: Hashable, Sendable {
  package var events: [ObjectEvent] = []
  /// What S3 sends when notifications are set up: nothing happened.
  package var isTest = false
  /// Records of what makes no difference here: tags, rights, storage classes, replication.
  package var ignored = 0
  /// Records that cannot be used, in order. The other records stand.
  package var faults: [EventError] = []

  /// Bytes; SQS takes 1 MiB, and Lambda hands out 6 MiB at most.
  package static let maximumBytes = 8 << 20

  package init(events: [ObjectEvent] = []) {
    self.events = events
  }

  /// Reads the body of a message.
  ///
  /// - Throws: where it as a whole is no such message.
  package init(parsing body: [UInt8]) throws(EventError) {
    try self.init(EventJSON(parsing: body, limit: Self.maximumBytes))
  }

  /// - Parameter isEnveloped: the message came in SNS's envelope, and so is in no other.
  init(_ json: EventJSON, isEnveloped: Bool = false) throws(EventError) {
    self.init()
    if let records = json["Records"]?.items {
      try add(records: records)
    } else if json["Event"]?.text == "s3:TestEvent" {
      isTest = true
    } else if let type = json["detail-type"]?.text {
      try add(detailType: type, json)
    } else if !isEnveloped, json["Type"]?.text == "Notification", let text = json["Message"]?.text {
      self = try Self.enveloped(text)
    } else {
      throw .unknownForm
    }
  }

  private static func enveloped(_ text: String) throws(EventError) -> EventMessage {
    try EventMessage(EventJSON(parsing: Array(text.utf8), limit: Self.maximumBytes), isEnveloped: true)
  }

  private mutating func add(records: [EventJSON]) throws(EventError) {
    for record in records {
      if let topic = record["Sns"] {
        add(topic: topic)
      } else {
        add(reading: { () throws(EventError) in try Self.notification(record) })
      }
    }
    // Records of some other service are no message of ours at all.
    if events.isEmpty, ignored == 0, !isTest, !faults.isEmpty, faults.allSatisfy({ $0 == .unknownForm }) {
      throw .unknownForm
    }
  }

  /// What SNS gives to a function: a list of topics' messages, without the envelope that a queue gets.
  private mutating func add(topic: EventJSON) {
    guard let text = topic["Message"]?.text else { return faults.append(.invalidField("Message")) }
    do throws(EventError) {
      let message = try Self.enveloped(text)
      events += message.events
      isTest = isTest || message.isTest
      ignored += message.ignored
      faults += message.faults
    } catch {
      faults.append(error)
    }
  }

  /// EventBridge's form; its keys are not encoded.
  private mutating func add(detailType type: String, _ json: EventJSON) throws(EventError) {
    guard json["source"]?.text?.hasPrefix("aws.s3") == true, let detail = json["detail"] else { throw .unknownForm }
    try Self.check(version: detail["version"]?.text, major: "0")
    let kind: ObjectEvent.Kind
    switch type {
    case "Object Created", "Object Restore Completed": kind = .created
    case "Object Deleted": kind = .removed
    default:
      ignored = 1
      return
    }
    add(reading: { () throws(EventError) in
      try Self.event(
        kind, bucket: detail["bucket"], object: detail["object"], key: { $0 }, etag: "etag", version: "version-id",
        time: json["time"])
    })
  }

  private mutating func add(reading read: () throws(EventError) -> ObjectEvent?) {
    do throws(EventError) {
      if let event = try read() { events.append(event) } else { ignored += 1 }
    } catch {
      faults.append(error)
    }
  }
}

extension EventMessage {
  /// A record of S3's own notification; nil for what makes no difference here.
  private static func notification(_ record: EventJSON) throws(EventError) -> ObjectEvent? {
    // Other servers that speak S3 name themselves: `minio:s3`, `ceph:s3`.
    guard let source = record["eventSource"]?.text, source.hasSuffix(":s3") else { throw .unknownForm }
    try check(version: record["eventVersion"]?.text, major: "2")
    guard var name = record["eventName"]?.text?[...] else { throw .invalidField("eventName") }
    if name.hasPrefix("s3:") { name = name.dropFirst(3) }
    let kind: ObjectEvent.Kind
    if name.hasPrefix("ObjectCreated:") || name == "ObjectRestore:Completed" {
      kind = .created
    } else if name.hasPrefix("ObjectRemoved:") || name.hasPrefix("LifecycleExpiration:") {
      kind = .removed
    } else {
      return nil
    }
    guard let content = record["s3"] else { throw .invalidField("s3") }
    return try event(
      kind, bucket: content["bucket"], object: content["object"], key: FormEncoding.decode, etag: "eTag",
      version: "versionId", time: record["eventTime"])
  }

  /// What both forms have in common. Bucket and key have to be there; the rest is as good as it comes.
  private static func event(
    _ kind: ObjectEvent.Kind, bucket: EventJSON?, object: EventJSON?, key decode: (String) -> String?,
    etag: String, version: String, time: EventJSON?
  ) throws(EventError) -> ObjectEvent {
    guard let bucket = bucket?["name"]?.text, !bucket.isEmpty else { throw .invalidField("bucket.name") }
    guard let object, let text = object["key"]?.text else { throw .invalidField("object.key") }
    guard let key = decode(text).flatMap({ ObjectKey($0) }) else { throw .invalidKey }
    return ObjectEvent(
      bucket: bucket, key: key, kind: kind,
      etag: object[etag]?.text.flatMap { $0.isEmpty ? nil : bare($0) },
      size: object["size"]?.number.flatMap { $0 >= 0 ? $0 : nil },
      versionID: object[version]?.text.flatMap { $0.isEmpty ? nil : $0 },
      sequencer: object["sequencer"]?.text.flatMap { Sequencer($0) }, time: time?.text.flatMap(date))
  }

  /// Only the major version is compared: a minor one adds fields (S3 User Guide, "Event message structure").
  private static func check(version: String?, major: String) throws(EventError) {
    guard let version else { throw .invalidField("version") }
    guard version.prefix(while: { $0 != "." }) == major else { throw .unsupportedVersion(String(version.prefix(20))) }
  }

  private static func bare(_ etag: String) -> String {
    etag.count >= 2 && etag.hasPrefix("\"") && etag.hasSuffix("\"") ? String(etag.dropFirst().dropLast()) : etag
  }

  private static func date(_ text: String) -> Date? {
    (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
      ?? (try? Date(text, strategy: Date.ISO8601FormatStyle()))
  }
}
