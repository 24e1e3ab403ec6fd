@testable import AWS
import HTTPTransport
import ObjectStore
import TestServers
import Testing

@Suite("Where S3 is asked")
struct EndpointTests {
  @Test(
    "A bucket's URL",
    arguments: [
      (nil, S3AddressingStyle.auto, "photos", "https://photos.s3.eu-central-1.amazonaws.com"),
      // A certificate for *.s3… is none for a name with dots.
      (nil, .auto, "my.photos", "https://s3.eu-central-1.amazonaws.com/my.photos"),
      (nil, .path, "photos", "https://s3.eu-central-1.amazonaws.com/photos"),
      ("http://127.0.0.1:9000", .auto, "photos", "http://127.0.0.1:9000/photos"),
      ("http://127.0.0.1:9000/", .auto, "photos", "http://127.0.0.1:9000/photos"),
      ("HTTPS://Example.com/s3//", .auto, "photos", "https://Example.com/s3/photos"),
      ("https://s3.example.com:8443", .virtual, "photos", "https://photos.s3.example.com:8443"),
      ("https://example.com/s3", .virtual, "photos", "https://photos.example.com/s3"),
      ("http://[::1]:9000", .auto, "photos", "http://[::1]:9000/photos"),
      (
        "https://s3.dualstack.eu-west-1.amazonaws.com", .auto, "photos",
        "https://s3.dualstack.eu-west-1.amazonaws.com/photos"
      ),
    ])
  func url(override: String?, style: S3AddressingStyle, bucket: String, expected: String) throws {
    let endpoint = try #require(S3Endpoint(override: override, addressing: style))
    #expect(endpoint.base(bucket: bucket, region: "eu-central-1") == expected)
  }

  @Test(
    "What is no endpoint",
    arguments: [
      "", "example.com", "ftp://example.com", "http://", "http:///path", "http://:9000",
      "http://user:secret@example.com",
      "http://example.com?a", "http://example.com#a", "http://exa mple.com", "http://exämple.com",
      "http://a\r\nHost: b",
      "http://a\\b", "//example.com", "file:///etc/passwd",
    ])
  func none(override: String) {
    #expect(S3Endpoint(override: override) == nil)
  }

  private func account(_ service: ScriptedService) throws -> S3Account {
    S3Account(
      endpoint: try #require(S3Endpoint(override: "http://s3.example.com")), credentials: GivenCredentials(),
      shared: service.shared())
  }

  @Test("The buckets of an account, in order")
  func buckets() async throws {
    let service = ScriptedService(
      .ok(
        """
        <ListAllMyBucketsResult><Owner><ID>x</ID></Owner><Buckets>
        <Bucket><Name>photos</Name><CreationDate>2025-01-01T00:00:00.000Z</CreationDate></Bucket>
        <Bucket><Name>a &amp; b</Name><CreationDate>long ago</CreationDate></Bucket><Bucket><Name/></Bucket>
        </Buckets></ListAllMyBucketsResult>
        """))
    let buckets = try await account(service).buckets()
    #expect(buckets.map(\.name) == ["a & b", "photos"])
    #expect(buckets.map(\.created) == [nil, ScriptedService.now])
    #expect(service.requests.map(\.url) == ["http://s3.example.com/"])
  }

  @Test(
    "What is no list of buckets is none, least of all an empty one", arguments: ["", "<html/>", "<ListBucketResult/>"])
  func noBuckets(text: String) async throws {
    let account = try account(ScriptedService(.ok(text)))
    #expect(await refusal { () async throws(StoreError) in try await account.buckets() } != nil)
  }

  @Test("Denied is denied")
  func denied() async throws {
    let account = try account(ScriptedService(.no(403, "AccessDenied")))
    let error = await refusal { () async throws(StoreError) in try await account.buckets() }
    #expect(error?.reason == .accessDenied)
  }
}
