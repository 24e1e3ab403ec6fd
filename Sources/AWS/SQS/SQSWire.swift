// Requests and answers, field by field as SQS has them.

/// A number that some write as text.
struct Count: Decodable {
  let value: Int?

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    value = try (try? container.decode(Int.self)) ?? Int(container.decode(String.self))
  }
}

struct RedrivePolicy: Decodable {
  let deadLetterTargetArn: String?
  let maxReceiveCount: Count?
}

struct ReceiveRequest: Encodable, Sendable {
  let QueueUrl: String
  let MaxNumberOfMessages: Int
  let WaitTimeSeconds: Int
  let VisibilityTimeout: Int
  /// The older name beside the newer: servers know one or the other.
  let AttributeNames = ["All"]
  let MessageSystemAttributeNames = ["All"]
  let MessageAttributeNames = ["All"]
}

struct ReceiveAnswer: Decodable, Sendable {
  let Messages: [Message]?

  struct Message: Decodable, Sendable {
    let MessageId: String
    let ReceiptHandle: String
    let Body: String
    let MD5OfBody: String?
    let Attributes: [String: String]?
    let MessageAttributes: [String: Attribute]?
  }

  struct Attribute: Decodable, Sendable {
    let StringValue: String?
  }
}

struct ReceiptEntry: Encodable, Sendable {
  let Id: String
  let ReceiptHandle: String
  let VisibilityTimeout: Int?
}

struct BatchRequest: Encodable, Sendable {
  let QueueUrl: String
  let Entries: [ReceiptEntry]
}

struct SendEntry: Encodable, Sendable {
  let Id: String
  let MessageBody: String
}

struct SendRequest: Encodable, Sendable {
  let QueueUrl: String
  let Entries: [SendEntry]
}

struct BatchAnswer: Decodable, Sendable {
  let Successful: [Success]?
  let Failed: [Failure]?

  struct Success: Decodable, Sendable {
    let Id: String
    let MD5OfMessageBody: String?
  }

  struct Failure: Decodable, Sendable {
    let Id: String
    let Code: String?
  }

  var faults: [SQSBatchFault] {
    (Failed ?? []).compactMap { failure in
      Int(failure.Id).map { SQSBatchFault(index: $0, code: failure.Code ?? "Failed") }
    }
  }
}

struct AttributesRequest: Encodable, Sendable {
  let QueueUrl: String
  let AttributeNames: [String]
}

struct AttributesAnswer: Decodable, Sendable {
  let Attributes: [String: String]?
}

struct URLRequest: Encodable, Sendable {
  let QueueName: String
  let QueueOwnerAWSAccountId: String
}

struct URLAnswer: Decodable, Sendable {
  let QueueUrl: String
}
