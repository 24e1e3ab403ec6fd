internal import FoundationEssentials
internal import HTTPTransport

/// A queue of Amazon SQS, or of a server that speaks its protocol: AWS JSON 1.0, as the Amazon SQS API Reference has it.
package struct SQSQueue: Sendable {
  /// Messages in one call.
  package static let batch = 10

  /// What the queue is named by in calls.
  package let url: String
  private let client: ServiceClient
  private let endpoint: String?

  /// - Parameters:
  ///   - endpoint: a server other than the one in the URL, without a slash at its end: of the URL only the path counts
  ///     then, for servers name themselves as others cannot reach them.
  ///   - region: used where the URL does not tell it.
  package init(
    _ url: QueueURL, endpoint: String? = nil, region: String, credentials: any CredentialProvider,
    shared: ServiceClient.Shared
  ) {
    let base = endpoint ?? url.base
    self.url = endpoint.map { $0 + url.path } ?? url.text
    self.endpoint = endpoint
    client = ServiceClient(
      service: "sqs", region: endpoint == nil ? url.region ?? region : region, base: { _ in base },
      credentials: credentials, shared: shared)
  }

  private init(url: String, endpoint: String?, client: ServiceClient) {
    self.url = url
    self.endpoint = endpoint
    self.client = client
  }

  /// Takes messages and hides them from others.
  ///
  /// - Parameters:
  ///   - limit: 1 to 10.
  ///   - wait: seconds to wait for the first, 0 to 20.
  ///   - visibility: seconds to hide them for, 0 to 43,200.
  /// - Returns: those whose body arrived as it was sent; others come again by themselves.
  package func receive(limit: Int, wait: Int, visibility: Int) async throws(ServiceError) -> [SQSMessage] {
    let answer: ReceiveAnswer = try await call(
      "ReceiveMessage",
      ReceiveRequest(
        QueueUrl: url, MaxNumberOfMessages: min(max(limit, 1), Self.batch), WaitTimeSeconds: min(max(wait, 0), 20),
        VisibilityTimeout: Self.clamped(visibility)))
    let messages = answer.Messages ?? []
    let whole = messages.compactMap { SQSMessage($0) }
    if whole.isEmpty, !messages.isEmpty { throw .transport(.brokenOff(detail: "messages arrived damaged")) }
    return whole
  }

  /// - Returns: what could not be removed, by its index in `receipts`.
  package func delete(_ receipts: [String]) async throws(ServiceError) -> [SQSBatchFault] {
    let entries = receipts.enumerated().map { ReceiptEntry(Id: String($0), ReceiptHandle: $1, VisibilityTimeout: nil) }
    return try await change("DeleteMessageBatch", entries)
  }

  /// Hides messages for so many seconds from now; 0 gives them back.
  package func setVisibility(_ seconds: Int, of receipts: [String]) async throws(ServiceError) -> [SQSBatchFault] {
    let entries = receipts.enumerated().map {
      ReceiptEntry(Id: String($0), ReceiptHandle: $1, VisibilityTimeout: Self.clamped(seconds))
    }
    return try await change("ChangeMessageVisibilityBatch", entries)
  }

  private func change(_ action: String, _ entries: [ReceiptEntry]) async throws(ServiceError) -> [SQSBatchFault] {
    var faults: [SQSBatchFault] = []
    for start in stride(from: 0, to: entries.count, by: Self.batch) {
      let part = Array(entries[start..<min(start + Self.batch, entries.count)])
      let answer: BatchAnswer = try await call(action, BatchRequest(QueueUrl: url, Entries: part))
      faults += answer.faults
    }
    return faults
  }

  /// Adds messages, ten in a call.
  ///
  /// - Parameter bodies: of 1 MiB at most, ten of them as well.
  /// - Returns: those that were not taken, or arrived changed, by their index.
  package func send(_ bodies: [String]) async throws(ServiceError) -> [SQSBatchFault] {
    var faults: [SQSBatchFault] = []
    for start in stride(from: 0, to: bodies.count, by: Self.batch) {
      let part = (start..<min(start + Self.batch, bodies.count)).map {
        SendEntry(Id: String($0), MessageBody: bodies[$0])
      }
      let answer: BatchAnswer = try await call("SendMessageBatch", SendRequest(QueueUrl: url, Entries: part))
      faults += answer.faults
      for sent in answer.Successful ?? [] {
        guard let digest = sent.MD5OfMessageBody, let index = Int(sent.Id), bodies.indices.contains(index) else {
          continue
        }
        if digest.lowercased() != MD5Digest(of: Array(bodies[index].utf8)).hexadecimal {
          faults.append(SQSBatchFault(index: index, code: "ChecksumMismatch"))
        }
      }
    }
    return faults
  }

  package func attributes() async throws(ServiceError) -> SQSAttributes {
    let answer: AttributesAnswer = try await call(
      "GetQueueAttributes", AttributesRequest(QueueUrl: url, AttributeNames: ["All"]))
    return SQSAttributes(answer.Attributes ?? [:])
  }

  /// Another queue of the same server, by its ARN.
  package func queue(arn: String) async throws(ServiceError) -> SQSQueue {
    let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0] == "arn", parts[2] == "sqs", !parts[5].isEmpty else {
      throw .invalidAnswer(detail: "no ARN of a queue")
    }
    let answer: URLAnswer = try await call(
      "GetQueueUrl", URLRequest(QueueName: String(parts[5]), QueueOwnerAWSAccountId: String(parts[4])))
    guard let found = QueueURL(answer.QueueUrl) else { throw .invalidAnswer(detail: "no URL of a queue") }
    return SQSQueue(url: endpoint.map { $0 + found.path } ?? found.text, endpoint: endpoint, client: client)
  }

  private func call<Answer: Decodable & Sendable>(
    _ action: String, _ request: some Encodable & Sendable
  ) async throws(ServiceError) -> Answer {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    guard let json = try? encoder.encode(request) else { throw .invalidAnswer(detail: "a request that is no text") }
    let body = Array(json)
    let answer = try await client.exchange(
      ServiceRequest(
        .post,
        headers: [
          HTTPField("Content-Type", "application/x-amz-json-1.0"), HTTPField("X-Amz-Target", "AmazonSQS.\(action)"),
        ], body: .bytes(body), payload: .of(body)), limit: 16 << 20)
    // An action with nothing to tell may tell nothing.
    let text = answer.body.isEmpty ? Array("{}".utf8) : answer.body
    do {
      return try JSONDecoder().decode(Answer.self, from: Data(text))
    } catch {
      throw .invalidAnswer(detail: "no JSON that SQS would send")
    }
  }

  private static func clamped(_ seconds: Int) -> Int { min(max(seconds, 0), 43_200) }
}
