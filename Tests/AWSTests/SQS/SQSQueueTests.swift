@testable import AWS
import Foundation
import HTTPTransport
import Testing

@Suite("SQS")
struct SQSQueueTests {
  private struct Keys: CredentialProvider {
    func credentials() async throws(CredentialError) -> Credentials {
      Credentials(accessKeyID: "AKID", secretAccessKey: "secret", origin: "the tests")
    }
    func discard(_ rejected: Credentials) async {}
  }

  private func queue(
    _ http: ScriptedHTTP, url: String = "https://sqs.eu-west-1.amazonaws.com/123456789012/uploads",
    endpoint: String? = nil
  ) throws -> SQSQueue {
    var shared = ServiceClient.Shared(http: http)
    shared.backoff.sleep = { _ in }
    return SQSQueue(
      try #require(QueueURL(url)), endpoint: endpoint, region: "eu-central-1", credentials: Keys(), shared: shared)
  }

  private func fields(_ request: HTTPRequest) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(request.text.utf8)) as? [String: Any])
  }

  @Test("a call is AWS JSON 1.0 to the queue's own host, signed for its own region")
  func receive() async throws {
    let http = ScriptedHTTP { _ in
      (
        200,
        #"""
        {"Messages":[
          {"MessageId":"m1","ReceiptHandle":"r1","Body":"hello","MD5OfBody":"5d41402abc4b2a76b9719d911017c592",
           "Attributes":{"ApproximateReceiveCount":"3","SentTimestamp":"1545082649183","SenderId":"x"},
           "MessageAttributes":{"RequestID":{"StringValue":"q","DataType":"String"},"B":{"BinaryValue":"AA==","DataType":"Binary"}}},
          {"MessageId":"m2","ReceiptHandle":"r2","Body":"changed","MD5OfBody":"5d41402abc4b2a76b9719d911017c592"}]}
        """#
      )
    }
    let messages = try await queue(http).receive(limit: 50, wait: 99, visibility: 99_999)
    #expect(messages.map(\.id) == ["m1"], "a body that changed on the way is not taken")
    #expect(messages[0].receipt == "r1" && messages[0].receiveCount == 3 && messages[0].sent == 1_545_082_649_183)
    #expect(messages[0].attributes == ["RequestID": "q"])
    let request = try #require(http.requests.first)
    #expect(request.method == .post && request.url == "https://sqs.eu-west-1.amazonaws.com/")
    #expect(request.header("X-Amz-Target") == "AmazonSQS.ReceiveMessage")
    #expect(request.header("Content-Type") == "application/x-amz-json-1.0")
    #expect(request.header("Authorization")?.contains("/eu-west-1/sqs/aws4_request") == true)
    let body = try fields(request)
    #expect(body["QueueUrl"] as? String == "https://sqs.eu-west-1.amazonaws.com/123456789012/uploads")
    #expect(body["MaxNumberOfMessages"] as? Int == 10 && body["WaitTimeSeconds"] as? Int == 20)
    #expect(body["VisibilityTimeout"] as? Int == 43_200)
  }

  @Test("with a server of its own, only the path of the URL counts")
  func endpoint() async throws {
    let http = ScriptedHTTP { _ in (200, "{}") }
    let queue = try queue(
      http, url: "http://sqs.eu-west-1.localhost:4566/000000000000/q", endpoint: "http://127.0.0.1:9")
    #expect(try await queue.receive(limit: 1, wait: 0, visibility: 0).isEmpty)
    #expect(http.requests[0].url == "http://127.0.0.1:9/")
    #expect(try fields(http.requests[0])["QueueUrl"] as? String == "http://127.0.0.1:9/000000000000/q")
    #expect(http.requests[0].header("Authorization")?.contains("/eu-central-1/sqs/") == true)
  }

  @Test("batches are of ten, and tell which of their entries failed")
  func batches() async throws {
    let http = ScriptedHTTP { (request) throws(HTTPError) in
      request.text.contains("\"r13\"")
        ? (200, #"{"Successful":[],"Failed":[{"Id":"13","Code":"ReceiptHandleIsInvalid","SenderFault":true}]}"#)
        : (200, #"{"Successful":[]}"#)
    }
    let queue = try queue(http)
    let receipts = (0..<23).map { "r\($0)" }
    let faults = try await queue.delete(receipts)
    #expect(faults == [SQSBatchFault(index: 13, code: "ReceiptHandleIsInvalid")])
    #expect(
      http.requests.map { $0.header("X-Amz-Target") } == Array(repeating: "AmazonSQS.DeleteMessageBatch", count: 3))
    #expect(try await queue.setVisibility(7, of: ["r13"]).count == 1)
    let last = try #require(http.requests.last)
    let entries = try #require(try fields(last)["Entries"] as? [[String: Any]])
    #expect(entries[0]["VisibilityTimeout"] as? Int == 7 && entries[0]["ReceiptHandle"] as? String == "r13")
  }

  @Test("a message that arrives there changed counts as not sent")
  func send() async throws {
    let http = ScriptedHTTP { _ in
      (
        200,
        #"{"Successful":[{"Id":"0","MD5OfMessageBody":"5d41402abc4b2a76b9719d911017c592"},{"Id":"1","MD5OfMessageBody":"5d41402abc4b2a76b9719d911017c592"}]}"#
      )
    }
    #expect(try await queue(http).send(["hello", "else"]) == [SQSBatchFault(index: 1, code: "ChecksumMismatch")])
  }

  @Test("attributes are read, with the queue that takes dead letters", arguments: ["5", "\"5\""])
  func attributes(count: String) async throws {
    let policy =
      #"{\"deadLetterTargetArn\":\"arn:aws:sqs:eu-west-1:123456789012:dead\",\"maxReceiveCount\":"#
      + count.replacing("\"", with: "\\\"") + "}"
    let http = ScriptedHTTP { (request) throws(HTTPError) in
      request.header("X-Amz-Target") == "AmazonSQS.GetQueueUrl"
        ? (200, #"{"QueueUrl":"https://sqs.eu-west-1.amazonaws.com/123456789012/dead"}"#)
        : (
          200,
          #"{"Attributes":{"ApproximateNumberOfMessages":"12","ApproximateNumberOfMessagesNotVisible":"3","VisibilityTimeout":"1800","RedrivePolicy":""#
            + policy + #""}}"#
        )
    }
    let queue = try queue(http)
    let found = try await queue.attributes()
    #expect(found.waiting == 12 && found.inFlight == 3 && found.delayed == 0 && found.visibility == 1800)
    #expect(found.maximumReceives == 5)
    let arn = try #require(found.deadLetterQueue)
    let dead = try await queue.queue(arn: arn)
    #expect(dead.url == "https://sqs.eu-west-1.amazonaws.com/123456789012/dead")
    let last = try #require(http.requests.last)
    #expect(try fields(last)["QueueOwnerAWSAccountId"] as? String == "123456789012")
  }

  @Test(
    "faults are read from JSON, as SQS and Lambda write them",
    arguments: [
      (
        #"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"gone"}"#, "QueueDoesNotExist",
        ServiceFault.Kind.final
      ),
      (
        #"{"__type":"AWS.SimpleQueueService.NonExistentQueue","Message":"gone"}"#,
        "AWS.SimpleQueueService.NonExistentQueue", .final
      ),
      (#"{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"no"}"#, "AccessDeniedException", .final),
      (#"{"__type":"com.amazonaws.sqs#RequestThrottled"}"#, "RequestThrottled", .throttled),
      ("not json", "", .final), (#"{"__type":5}"#, "", .final), ("", "", .final),
    ])
  func faults(body: String, code: String, kind: ServiceFault.Kind) async throws {
    let http = ScriptedHTTP { _ in (400, body) }
    let queue = try queue(http)
    do throws(ServiceError) {
      _ = try await queue.attributes()
      Issue.record("no fault")
    } catch {
      guard case .refused(let fault) = error else { throw error }
      #expect(fault.code == code && fault.kind == kind && fault.status == 400)
    }
    #expect(http.requests.count == (kind == .final ? 1 : 4))
  }

  @Test(
    "URLs of queues",
    arguments: [
      ("https://sqs.eu-west-1.amazonaws.com/1/q", "eu-west-1"),
      ("https://sqs-fips.us-gov-west-1.amazonaws.com/1/q", "us-gov-west-1"),
      ("https://eu-west-1.queue.amazonaws.com/1/q", "eu-west-1"),
      ("https://sqs.cn-north-1.amazonaws.com.cn/1/q", "cn-north-1"),
      ("http://localhost:4566/1/q", nil), ("https://queue.example.org/1/q", nil),
    ] as [(String, String?)])
  func urls(text: String, region: String?) throws {
    let url = try #require(QueueURL(text))
    #expect(url.region == region && url.path == "/1/q")
  }

  @Test(
    "and what is none",
    arguments: [
      "", "uploads", "sqs://a/b", "https://", "https://host", "https://host/", "https://u@h/q", "https://h/q?x",
      "https://h/q#x", "https://h/ q",
    ])
  func noURLs(text: String) { #expect(QueueURL(text) == nil) }
}
