@testable import AWS
import Foundation
import HTTPTransport
import ObjectStore
import TestServers
import Testing

/// What a server answers about versions and tags, and what is made of it.
@Suite("Versions as servers tell them", .timeLimit(.minutes(10)))
struct VersionTests {
  private func key(_ text: String = "a key") throws -> ObjectKey { try #require(ObjectKey(text)) }

  // MARK: - Delete markers

  @Test("Each marker is told of its own object, in the order that was asked for")
  func markers() async throws {
    let bucket = try FaultyBucket { request, _ in
      if request.method == "DELETE" {
        return request.target.hasSuffix("/slow")
          ? .status(204, headers: ["x-amz-delete-marker: true", "x-amz-version-id: m-slow"])
          : .status(204, headers: ["x-amz-version-id: of-no-marker"])
      }
      return .ok(
        """
        <DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
        <Deleted><Key>b &amp; c</Key><DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>m-b</DeleteMarkerVersionId></Deleted>
        <Deleted><Key>never asked</Key><DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>m-x</DeleteMarkerVersionId></Deleted>
        <Deleted><Key>a</Key></Deleted>
        <Error><Key>slow</Key><Code>SlowDown</Code></Error>
        <Error><Key>kept</Key><Code>AccessDenied</Code></Error></DeleteResult>
        """)
    }
    let keys = try ["a", "b & c", "slow", "kept", "\u{1}", "untold"].map(key)
    let removals = await bucket.store.remove(keys)
    #expect(
      removals == [
        Removal(key: keys[0]), Removal(key: keys[1], marker: "m-b"), Removal(key: keys[2], marker: "m-slow"),
        Removal(key: keys[3], error: StoreError(operation: .delete, key: "kept", reason: .accessDenied)),
        Removal(key: keys[4]), Removal(key: keys[5]),
      ])
    let posted = try #require(bucket.server.requests.first { $0.method == "POST" })
    #expect(try XMLElement(parsing: posted.body)["Quiet"]?.text == "false")
    // Who does not ask for them is not told, which is less to send.
    _ = await bucket.store.delete(keys)
    let last = try #require(bucket.server.requests.last { $0.method == "POST" })
    #expect(try XMLElement(parsing: last.body)["Quiet"]?.text == "true")
  }

  @Test("A fault of something nobody asked for is everybody's")
  func foreignFault() async throws {
    let bucket = try FaultyBucket { _, _ in
      .ok("<DeleteResult><Error><Key>other</Key><Code>AccessDenied</Code></Error></DeleteResult>")
    }
    let removals = await bucket.store.remove(try ["a", "b"].map(key))
    #expect(removals.map(\.error?.reason) == [.accessDenied, .accessDenied])
    #expect(removals.map(\.error?.key) == ["a", "b"])
  }

  @Test("One such fault among others is that of whoever was not told of")
  func foreignFaultAmongOthers() async throws {
    let bucket = try FaultyBucket { _, _ in
      .ok(
        """
        <DeleteResult><Error><Key>B</Key><Code>AccessDenied</Code></Error><Deleted><Key>a</Key>\
        <DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>m</DeleteMarkerVersionId></Deleted>\
        <Deleted><Key>c</Key></Deleted></DeleteResult>
        """)
    }
    let removals = await bucket.store.remove(try ["a", "b", "c"].map(key))
    #expect(removals.map(\.error?.reason) == [nil, .accessDenied, nil])
    #expect(removals.map(\.marker) == ["m", nil, nil])
  }

  @Test("Servers that tell versions and delete markers one after the other are put in order")
  func mingled() async throws {
    func entry(_ kind: String, _ id: String, _ day: Int, latest: Bool = false) -> String {
      """
      <\(kind)><Key>a%20key</Key><VersionId>\(id)</VersionId><IsLatest>\(latest)</IsLatest>\
      <LastModified>2025-01-0\(day)T00:00:00.000Z</LastModified><ETag>"e"</ETag><Size>1</Size></\(kind)>
      """
    }
    func told(_ entries: String...) async throws -> [String] {
      let bucket = try FaultyBucket { _, _ in
        .ok("<ListVersionsResult><EncodingType>url</EncodingType>\(entries.joined())</ListVersionsResult>")
      }
      return try await bucket.store.versions(of: try key(), limit: nil).map(\.id)
    }
    #expect(
      try await told(
        entry("Version", "3", 3), entry("Version", "1", 1), entry("DeleteMarker", "4", 4, latest: true),
        entry("DeleteMarker", "2", 2)) == ["4", "3", "2", "1"])
    // Of one second: what is said to be the latest comes first.
    #expect(
      try await told(entry("Version", "old", 1), entry("DeleteMarker", "new", 1, latest: true)) == ["new", "old"])
    // In S3's own order nothing is moved, whatever the times are.
    #expect(
      try await told(
        entry("DeleteMarker", "c", 1, latest: true), entry("Version", "b", 5), entry("DeleteMarker", "a", 1))
        == ["c", "b", "a"])
  }

  @Test("A version that is not there has been removed; one that may not go is told as such")
  func deleteVersion() async throws {
    for (answer, reason): (FaultAnswer, StoreError.Reason?) in [
      (.status(204), nil), (.no(404, "NoSuchVersion"), nil), (.no(403, "AccessDenied"), .accessDenied),
    ] {
      let bucket = try FaultyBucket { _, _ in answer }
      let key = try key("a + b")
      let error = await refusal { () async throws(StoreError) in try await bucket.store.delete(key, version: "v/1+") }
      #expect(error?.reason == reason)
      if reason != nil { #expect(error?.operation == .deleteVersion) }
      #expect(bucket.server.requests.map(\.target) == ["/bucket/a%20%2B%20b?versionId=v%2F1%2B"])
    }
  }

  @Test("Only as many versions are asked for as are wanted")
  func limit() async throws {
    let version = { @Sendable (id: String) in
      """
      <Version><Key>a%20key</Key><VersionId>\(id)</VersionId><IsLatest>false</IsLatest>\
      <LastModified>2025-01-01T00:00:00.000Z</LastModified><ETag>"e"</ETag><Size>1</Size></Version>
      """
    }
    let bucket = try FaultyBucket { _, number in
      .ok(
        """
        <ListVersionsResult><EncodingType>url</EncodingType>\(version("\(2 * number)"))\(version("\(2 * number + 1)"))\
        <IsTruncated>true</IsTruncated><NextKeyMarker>a%20key</NextKeyMarker>\
        <NextVersionIdMarker>\(number)</NextVersionIdMarker></ListVersionsResult>
        """)
    }
    #expect(try await bucket.store.versions(of: try key(), limit: 3).map(\.id) == ["0", "1", "2"])
    #expect(bucket.server.requests.map { $0.target.contains("max-keys=3") } == [true, false])
    #expect(bucket.server.requests.last?.target.contains("max-keys=1") == true)
  }

  // MARK: - Making a version stand

  private static let copied = "\n \n<CopyObjectResult><ETag>\"new\"</ETag></CopyObjectResult>"

  @Test("The copy names its version and its owner, and keeps the storage class")
  func copy() async throws {
    var options = S3Store.Options()
    options.expectedOwner = "111122223333"
    let bucket = try FaultyBucket(options) { request, _ in
      guard request.method == "HEAD" else { return .ok(Self.copied) }
      return FaultAnswer([
        .send(
          FaultAnswer.header(
            200, [FaultAnswer.lastModified, "Content-Length: 7", "x-amz-storage-class: STANDARD_IA"]))
      ])
    }
    #expect(try await bucket.store.restore(try key("a + ü"), version: "v/1+") == "new")
    let requests = bucket.server.requests
    #expect(requests.map(\.method) == ["HEAD", "PUT"])
    #expect(requests[0].target == "/bucket/a%20%2B%20%C3%BC?versionId=v%2F1%2B")
    #expect(requests[1].target == "/bucket/a%20%2B%20%C3%BC")
    #expect(requests[1]["x-amz-copy-source"] == "/bucket/a%20%2B%20%C3%BC?versionId=v%2F1%2B")
    #expect(requests[1]["x-amz-storage-class"] == "STANDARD_IA")
    #expect(requests[1]["x-amz-source-expected-bucket-owner"] == "111122223333")
    #expect(requests[1]["x-amz-expected-bucket-owner"] == "111122223333")
    #expect(requests[1]["x-amz-metadata-directive"] == nil, "as S3 does unasked: the version's own")
    for field in ["x-amz-copy-source", "x-amz-source-expected-bucket-owner"] {
      #expect(requests[1]["Authorization"]?.contains(field) == true)
    }
  }

  @Test("What S3 cannot copy in one call is refused before it is tried")
  func tooLarge() async throws {
    let key = try key()
    for size in [5 << 30, 5 << 30 + 1] {
      let bucket = try FaultyBucket { request, _ in
        request.method == "HEAD" ? .object(request, size: size) : .ok(Self.copied)
      }
      let error = await refusal { () async throws(StoreError) in try await bucket.store.restore(key, version: "v") }
      #expect(error?.reason == (size > 5 << 30 ? .tooLarge(limit: 5 << 30) : nil))
      #expect(bucket.server.requests.count == (size > 5 << 30 ? 1 : 2))
    }
  }

  @Test("A fault within an answer of success is a fault, and what may pass is tried again")
  func copyFault() async throws {
    let key = try key()
    let passing = try FaultyBucket { request, number in
      if request.method == "HEAD" { return .object(request, size: 7) }
      return number == 1 ? .ok("  <Error><Code>InternalError</Code></Error>") : .ok(Self.copied)
    }
    #expect(try await passing.store.restore(key, version: "v") == "new")
    for (answer, reason): (String, StoreError.Reason) in [
      ("<Error><Code>AccessDenied</Code></Error>", .accessDenied),
      (
        "<Error><Code>InvalidObjectState</Code><Message>It is archived</Message></Error>",
        .other(detail: "InvalidObjectState: It is archived (200)")
      ),
    ] {
      let bucket = try FaultyBucket { request, _ in
        request.method == "HEAD" ? .object(request, size: 7) : .ok(answer)
      }
      let error = await refusal { () async throws(StoreError) in try await bucket.store.restore(key, version: "v") }
      #expect(error?.reason == reason)
      #expect(error?.operation == .restore)
    }
    for answer in ["", "<html/>", "<CopyObjectResult/>"] {
      let bucket = try FaultyBucket { request, _ in
        request.method == "HEAD" ? .object(request, size: 7) : .ok(answer)
      }
      #expect(await refusal { () async throws(StoreError) in try await bucket.store.restore(key, version: "v") } != nil)
    }
    // A HEAD has no word of why: it is asked for.
    let denied = try FaultyBucket { request, _ in
      request.method == "HEAD" ? .noToHead(403) : .no(403, "AccessDenied")
    }
    let error = await refusal { () async throws(StoreError) in try await denied.store.restore(key, version: "v") }
    #expect(error?.reason == .accessDenied)
    #expect(denied.server.requests.last?.target.contains("versionId=v") == true)
  }

  // MARK: - Tags

  @Test("No tags, no right to read them and no such question are three things")
  func tags() async throws {
    let key = try key()
    let told = try FaultyBucket { _, _ in
      .ok(
        """
        <Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet><Tag><Key>a&#x1b;</Key><Value>1</Value></Tag>\
        <Tag><Key>b</Key><Value/></Tag></TagSet></Tagging>
        """.replacingOccurrences(of: "&#x1b;", with: "&lt;&#x202e;"))
    }
    #expect(
      try await told.store.tags(of: key) == [
        ObjectTag(name: "a<\u{202E}", value: "1"), ObjectTag(name: "b", value: ""),
      ])
    #expect(told.server.requests.map(\.target) == ["/bucket/a%20key?tagging="])
    for none in [FaultAnswer.ok("<Tagging><TagSet/></Tagging>"), .no(404, "NoSuchTagSet")] {
      let bucket = try FaultyBucket { _, _ in none }
      #expect(try await bucket.store.tags(of: key) == [])
    }
    for (answer, reason): (FaultAnswer, StoreError.Reason) in [
      (.no(403, "AccessDenied"), .accessDenied), (.no(404, "NoSuchKey"), .notFound),
      (.no(501, "NotImplemented"), .other(detail: "NotImplemented (501)")),
      (.ok("<html/>"), .unavailable(detail: "the answer is not S3's: no Tagging")),
    ] {
      let bucket = try FaultyBucket { _, _ in answer }
      let error = await refusal { () async throws(StoreError) in try await bucket.store.tags(of: key) }
      #expect(error?.reason == reason)
      #expect(error?.operation == .tags)
    }
  }

  @Test("A storage class is told where it is not the usual one")
  func storageClass() async throws {
    let key = try key()
    for (fields, expected): ([String], String?) in [([], nil), (["x-amz-storage-class: GLACIER"], "GLACIER")] {
      let bucket = try FaultyBucket { _, _ in
        FaultAnswer([.send(FaultAnswer.header(200, [FaultAnswer.lastModified, "Content-Length: 7"] + fields))])
      }
      #expect(try await bucket.store.head(key).storageClass == expected)
    }
  }
}
