import Foundation
import ObjectStore

@testable import Pipeline

/// Messages as the services write them.
enum EventSamples {
  /// S3's notification of one object.
  ///
  /// - Parameter key: as it stands in the message, encoded.
  static func notification(
    key: String = "red+flower.jpg", bucket: String = "one", name: String = "ObjectCreated:Put", version: String = "2.1",
    sequencer: String = "0055AED6DCD90281E5"
  ) -> String {
    let record: [String: Any] = [
      "eventVersion": version, "eventSource": "aws:s3", "awsRegion": "eu-central-1",
      "eventTime": "2026-11-21T14:03:59.000Z", "eventName": name,
      "userIdentity": ["principalId": "EXAMPLE"], "requestParameters": ["sourceIPAddress": "127.0.0.1"],
      "responseElements": ["x-amz-request-id": "C3D13FE58DE4C810", "x-amz-id-2": "x"],
      "s3": [
        "s3SchemaVersion": "1.0", "configurationId": "rule",
        "bucket": ["name": bucket, "ownerIdentity": ["principalId": "E"], "arn": "arn:aws:s3:::\(bucket)"],
        "object": [
          "key": key, "size": 1024, "eTag": "d41d8cd98f00b204e9800998ecf8427e", "versionId": "v1",
          "sequencer": sequencer,
        ],
      ] as [String: Any],
    ]
    return text(["Records": [record]])
  }

  static let test = text([
    "Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2014-10-13T15:57:02.089Z", "Bucket": "one",
    "RequestId": "5582815E1AEA5ADF", "HostId": "8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR",
  ])

  /// The envelope a queue gets from a topic.
  static func topic(_ message: String) -> String {
    text([
      "Type": "Notification", "MessageId": "d88d4479", "TopicArn": "arn:aws:sns:eu-west-1:1:t",
      "Subject": "Amazon S3 Notification", "Message": message, "Timestamp": "2021-01-19T10:07:07.287Z",
      "SignatureVersion": "1", "Signature": "x", "SigningCertURL": "https://x", "UnsubscribeURL": "https://x",
    ])
  }

  /// What a topic gives to a function.
  static func topicRecords(_ messages: [String]) -> String {
    text([
      "Records": messages.map {
        ["EventVersion": "1.0", "EventSource": "aws:sns", "Sns": ["Type": "Notification", "Message": $0]]
          as [String: Any]
      }
    ])
  }

  /// What a queue gives to a function.
  static func batch(_ bodies: [String]) -> String {
    text([
      "Records": bodies.enumerated().map { index, body in
        [
          "messageId": "m\(index)", "receiptHandle": "r\(index)", "body": body,
          "attributes": ["ApproximateReceiveCount": "\(index + 1)", "SentTimestamp": "1545082649183"],
          "messageAttributes": [String: Any](), "md5OfBody": "x", "eventSource": "aws:sqs",
          "eventSourceARN": "arn:aws:sqs:us-east-2:123456789012:my-queue", "awsRegion": "us-east-2",
        ] as [String: Any]
      }
    ])
  }

  /// EventBridge's form.
  static func bus(key: String = "a+b%2B.jpg", type: String = "Object Created", version: String = "0") -> String {
    text([
      "version": "0", "id": "6924de0d", "detail-type": type, "source": "aws.s3", "account": "1",
      "time": "2021-11-12T00:00:00Z", "region": "ca-central-1", "resources": ["arn:aws:s3:::one"],
      "detail": [
        "version": version, "bucket": ["name": "one"],
        "object": ["key": key, "size": 7, "etag": "abc", "version-id": "v2", "sequencer": "00617F08299329D189"],
        "request-id": "N4N7GDK58NMKJ12R", "requester": "1", "source-ip-address": "1.2.3.4", "reason": "PutObject",
      ] as [String: Any],
    ])
  }

  static func text(_ object: Any) -> String {
    let data = try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
    return data.map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}

extension EventMessage {
  init(_ text: String) throws(EventError) { try self.init(parsing: Array(text.utf8)) }
}

extension EventEnvelope {
  init(_ text: String) throws(EventError) { try self.init(parsing: Array(text.utf8)) }
}
