import AWS
import HTTPTransport
import ObjectStore
import Testing

@Suite("Event notifications of a bucket")
struct NotificationTests {
  private let configuration = """
    <NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
      <QueueConfiguration><Id>1</Id><Queue>arn:aws:sqs:eu-west-1:1:q</Queue>
        <Event>s3:ObjectCreated:*</Event><Event>s3:ObjectRemoved:*</Event>
        <Filter><S3Key>
          <FilterRule><Name>prefix</Name><Value>in/</Value></FilterRule>
          <FilterRule><Name>Suffix</Name><Value>.jpg</Value></FilterRule>
        </S3Key></Filter>
      </QueueConfiguration>
      <TopicConfiguration><Topic>arn:aws:sns:eu-west-1:1:t</Topic><Event>s3:ObjectRemoved:Delete</Event>
      </TopicConfiguration>
      <CloudFunctionConfiguration><CloudFunction>arn:aws:lambda:eu-west-1:1:function:f</CloudFunction>
        <Event>s3:ObjectCreated:Put</Event></CloudFunctionConfiguration>
      <QueueConfiguration><Event>s3:ObjectCreated:*</Event></QueueConfiguration>
      <EventBridgeConfiguration/>
    </NotificationConfiguration>
    """

  @Test("Queues, topics, functions, filters and EventBridge are read; a target without a name is none")
  func read() async throws {
    let body = configuration
    let server = ScriptedS3 { (_) throws(HTTPError) in .init(body: body) }
    let found = try await server.bucket().notifications()
    #expect(server.requests.map(\.url) == ["http://server.test/bucket/?notification="])
    #expect(found.toEventBridge)
    #expect(
      found.targets == [
        .init(
          kind: .queue, arn: "arn:aws:sqs:eu-west-1:1:q", events: ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"],
          prefix: "in/", suffix: ".jpg"),
        .init(kind: .topic, arn: "arn:aws:sns:eu-west-1:1:t", events: ["s3:ObjectRemoved:Delete"]),
        .init(kind: .function, arn: "arn:aws:lambda:eu-west-1:1:function:f", events: ["s3:ObjectCreated:Put"]),
      ])
    #expect(found.targets.map(\.tellsOfCreation) == [true, false, true])
  }

  @Test("No notifications are an answer; another answer, a fault or a document type is none")
  func others() async throws {
    let none = ScriptedS3 { (_) throws(HTTPError) in .init(body: "<NotificationConfiguration/>") }
    #expect(try await none.bucket().notifications() == BucketNotifications())
    let entity = "<!DOCTYPE x [<!ENTITY e \"e\">]><NotificationConfiguration>&e;</NotificationConfiguration>"
    for answer in [ScriptedS3.Answer.emptyListing, .init(body: ""), .init(body: entity), .fault(501, "NotImplemented")]
    {
      let server = ScriptedS3 { (_) throws(HTTPError) in answer }
      await #expect(throws: StoreError.self) { try await server.bucket().notifications() }
    }
    let denied = ScriptedS3 { (_) throws(HTTPError) in .fault(403, "AccessDenied") }
    let error = await #expect(throws: StoreError.self) { try await denied.bucket().notifications() }
    #expect(error?.reason == .accessDenied)
  }

  @Test(
    "A filter covers what lies below it, and what it lies below",
    arguments: [
      ("", "in/", true), ("in/", "", true), ("in/", "in/2024/", true), ("in/2024/", "in/", true),
      ("in/", "out/", false),
      ("in", "input/", true), ("a%20b/", "a b/", true), ("a+b/", "a b/", true), ("a b/", "a b/", true),
      ("ä/", "a\u{308}/", false),
    ])
  func covers(_ filter: String, _ prefix: String, _ isCovered: Bool) {
    let target = BucketNotifications.Target(kind: .queue, arn: "arn", events: [], prefix: filter)
    #expect(target.covers(prefix: prefix) == isCovered)
  }
}
