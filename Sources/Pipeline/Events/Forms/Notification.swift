import FoundationEssentials
import ObjectStore

/// A message as S3 would send it, for objects that were there before any events were.
///
/// It says who sent it in `configurationId`, and nothing it does not know: no sequencer, so that it orders before or
/// after nothing.
struct Notification: Encodable {
  static let configurationID = "pixelater"

  private let records: [Record]

  private enum CodingKeys: String, CodingKey { case records = "Records" }

  init(_ events: [ObjectEvent]) {
    records = events.map { Record($0) }
  }

  /// One line of JSON.
  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Text and numbers: there is nothing in it that JSON cannot say.
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  private struct Record: Encodable {
    let eventVersion = "2.1"
    let eventSource = "aws:s3"
    let eventName: String
    let eventTime: String
    let s3: Content

    init(_ event: ObjectEvent) {
      eventName = event.kind == .created ? "ObjectCreated:Put" : "ObjectRemoved:Delete"
      eventTime = (event.time ?? Date()).formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
      s3 = Content(
        bucket: Bucket(name: event.bucket),
        object: Object(
          key: FormEncoding.encode(event.key.string), size: event.size, eTag: event.etag, versionId: event.versionID))
    }
  }

  private struct Content: Encodable {
    let s3SchemaVersion = "1.0"
    let configurationId = Notification.configurationID
    let bucket: Bucket
    let object: Object
  }

  private struct Bucket: Encodable {
    let name: String
  }

  private struct Object: Encodable {
    let key: String
    let size: Int64?
    let eTag: String?
    let versionId: String?
  }
}

extension EventMessage {
  /// The body of a message that tells of objects, as S3 would write it.
  package static func body(of events: [ObjectEvent]) -> String { Notification(events).json }
}
