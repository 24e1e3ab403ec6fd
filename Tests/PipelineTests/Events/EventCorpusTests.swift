import Foundation
import ObjectStore
import Testing

@testable import Pipeline

/// Samples that others published, where they are at hand beside the repository.
enum EventCorpus {
  /// Looked for beside the repository and beside each folder above it.
  static let folder: URL? = {
    var place = URL(filePath: #filePath)
    while place.path != "/" {
      place.deleteLastPathComponent()
      let candidate = place.appending(path: "shared/corpus/s3-events")
      if FileManager.default.fileExists(atPath: candidate.path) { return candidate }
    }
    return nil
  }()

  static func bytes(_ name: String) throws -> [UInt8] {
    guard let folder else { throw Unexpected("no samples") }
    return Array(try Data(contentsOf: folder.appending(path: name)))
  }
}

@Suite(
  "Published samples of events",
  .enabled(if: EventCorpus.folder != nil, "the shared corpus (corpus/s3-events) is not beside the repository"))
struct EventCorpusTests {
  @Test(
    "of one object",
    arguments: [
      ("aws-lambda-go/s3-event.json", "Happy Face.jpg", ObjectEvent.Kind.created),
      ("aws-lambda-go/s3-glacier-event.json", nil, .created),
      ("aws-lambda-go/s3-restore-event.json", nil, .created), ("aws-lambda-go/s3-lifecycle-event.json", nil, nil),
      ("aws-lambda-go/s3-replication-event.json", nil, nil), ("aws-lambda-go/s3-intelligenttier-event.json", nil, nil),
      ("powertools-python/s3Event.json", nil, .created),
      ("powertools-python/s3EventDecodedKey.json", "Happy Face.jpg", .created),
      ("powertools-python/s3EventDeleteObject.json", "b21b84d653bb07b05b1e6b33684dc11b", .removed),
      ("powertools-python/s3EventGlacier.json", "b21b84d653bb07b05b1e6b33684dc11b", .created),
      ("powertools-python/s3EventBridgeNotificationObjectCreatedEvent.json", nil, .created),
      ("powertools-python/s3EventBridgeNotificationObjectDeletedEvent.json", "IMG_m7fzo3.jpg", .removed),
      ("powertools-python/s3EventBridgeNotificationObjectExpiredEvent.json", nil, .removed),
      ("powertools-python/s3EventBridgeNotificationObjectRestoreCompletedEvent.json", "IMG_m7fzo3.jpg", .created),
      ("swift-aws-lambda-events/s3-eventBodyObjectCreated.json", nil, .created),
      ("swift-aws-lambda-events/s3-eventBodyObjectRemoved.json", nil, .removed),
      ("s3-userguide/object-created-put.json", "HappyFace.jpg", .created), ("s3-userguide/schema-2.2.json", nil, nil),
    ] as [(String, String?, ObjectEvent.Kind?)])
  func single(file: String, key: String?, kind: ObjectEvent.Kind?) throws {
    guard case .message(let message) = try EventEnvelope(parsing: try EventCorpus.bytes(file)) else {
      throw Unexpected(file)
    }
    #expect(message.faults.isEmpty && !message.isTest)
    if let kind {
      #expect(message.events.map(\.kind) == [kind] && message.ignored == 0)
    } else {
      #expect(message.events.isEmpty && message.ignored == 1)
    }
    if let key { #expect(message.events.first?.key.string == key) }
  }

  @Test("the test message")
  func testMessage() throws {
    #expect(try EventMessage(parsing: try EventCorpus.bytes("s3-userguide/s3-test-event.json")).isTest)
  }

  @Test("a queue's batch with S3's notification in it")
  func batch() throws {
    guard
      case .batch(let items) = try EventEnvelope(parsing: try EventCorpus.bytes("powertools-python/s3SqsEvent.json"))
    else { throw Unexpected("no batch") }
    let event = try #require(try items[0].message.get().events.first)
    #expect(items.count == 1 && event.key.string == "test.pdf" && event.versionID == "yd3d4HaWOT2zguDLvIQLU6ptDTwKBnQV")
  }

  @Test(
    "batches of other people's messages fail message by message",
    arguments: [
      "aws-lambda-go/sqs-event.json", "powertools-python/sqsEvent.json", "powertools-python/sqsDlqTriggerEvent.json",
      "powertools-python/snsSqsEvent.json",
    ])
  func foreignBatches(file: String) throws {
    guard case .batch(let items) = try EventEnvelope(parsing: try EventCorpus.bytes(file)) else {
      throw Unexpected(file)
    }
    #expect(!items.isEmpty)
    for item in items { #expect(throws: EventError.self) { try item.message.get() } }
  }

  @Test(
    "a topic's other messages are faults",
    arguments: ["aws-lambda-go/sns-event.json", "powertools-python/snsEvent.json"])
  func foreignTopics(file: String) throws {
    #expect(try EventMessage(parsing: try EventCorpus.bytes(file)).faults == [.notJSON])
  }

  @Test(
    "batch jobs of S3 are none of its events",
    arguments: [
      "aws-lambda-go/s3-batch-job-event-request-1.0.json", "aws-lambda-go/s3-batch-job-event-request-2.0.json",
      "powertools-python/s3BatchOperationEventSchemaV1.json", "powertools-python/s3BatchOperationEventSchemaV2.json",
    ])
  func batchJobs(file: String) throws {
    #expect(throws: EventError.unknownForm) { try EventMessage(parsing: try EventCorpus.bytes(file)) }
  }

  /// The recordings stand inside test reports: the records are picked out and put back into the form they came in.
  @Test("recordings of AWS's own", arguments: ["sqs", "sns", "eventbridge"])
  func recordings(service: String) throws {
    let bytes = try EventCorpus.bytes("localstack-aws-recordings/test_s3_notifications_\(service).snapshot.json")
    var records: [[String: Any]] = []
    collect(try JSONSerialization.jsonObject(with: Data(bytes)), into: &records)
    #expect(records.count >= 2)
    for record in records {
      let isBus = record["detail-type"] != nil
      let sample: [String: Any] = isBus ? record : ["Records": [record]]
      let message = try EventMessage(EventSamples.text(sample))
      #expect(message.faults.isEmpty && message.events.count + message.ignored == 1)
    }
  }

  private func collect(_ json: Any, into records: inout [[String: Any]]) {
    switch json {
    case let object as [String: Any]:
      if object["detail-type"] != nil || object["eventSource"] as? String == "aws:s3" {
        records.append(object)
      } else {
        object.values.forEach { collect($0, into: &records) }
      }
    case let array as [Any]: array.forEach { collect($0, into: &records) }
    default: break
    }
  }
}
