import AWS
import Foundation
import HTTPTransport
import ObjectStore
import Testing

@Suite("Questions about a bucket")
struct ProbeTests {
  private let key: ObjectKey

  init() throws {
    key = try #require(ObjectKey("in/.pixelater/doctor"))
  }

  @Test("A bucket that may be listed is asked for one key below the prefix, and tells where it is")
  func reached() async throws {
    let server = ScriptedS3 { (_) throws(HTTPError) in
      var answer = ScriptedS3.Answer.emptyListing.at(ScriptedS3.now)
      answer.headers.append(HTTPField("x-amz-bucket-region", "eu-west-3"))
      return answer
    }
    let reach = try await server.bucket(owner: "123456789012").reach(prefix: "a b/")
    #expect(reach.error == nil)
    #expect(reach.region == "eu-west-3")
    let offset = try #require(reach.clockOffset)
    #expect(abs(offset) < 1)
    let request = try #require(server.requests.first)
    #expect(request.method == .get)
    #expect(request.url.hasPrefix("http://server.test/bucket/?"))
    #expect(request.url.contains("max-keys=1"))
    #expect(request.url.contains("prefix=a%20b%2F"))
    #expect(request.header("x-amz-expected-bucket-owner") == "123456789012")
    #expect(request.timeouts.connect < HTTPTimeouts().connect)
  }

  @Test(
    "What keeps from listing is told",
    arguments: [
      (ScriptedS3.Answer.fault(403, "AccessDenied"), StoreError.Reason.accessDenied),
      (.fault(404, "NoSuchBucket"), .noSuchBucket),
      (.fault(403, "SignatureDoesNotMatch"), .refusedCredentials(detail: "SignatureDoesNotMatch")),
      (.fault(400, "ExpiredToken"), .expiredCredentials),
      (.fault(301, "PermanentRedirect"), .wrongRegion(nil)),
      (.fault(503, "SlowDown"), .throttled),
    ])
  func faults(_ answer: ScriptedS3.Answer, _ reason: StoreError.Reason) async throws {
    let server = ScriptedS3 { (_) throws(HTTPError) in answer.at(ScriptedS3.now.addingTimeInterval(-500)) }
    let reach = try await server.bucket().reach(prefix: "")
    #expect(reach.error?.reason == reason)
    // Who refuses tells the time as well.
    let offset = try #require(reach.clockOffset)
    #expect(abs(offset + 500) < 1)
  }

  @Test("A page that is no listing is not S3's, and a dead server has no time")
  func strangers() async throws {
    let page = ScriptedS3 { (_) throws(HTTPError) in ScriptedS3.Answer(body: "<html><body>Welcome</body></html>") }
    guard case .unavailable(let detail)? = try await page.bucket().reach(prefix: "").error?.reason else {
      Issue.record("a web page passed for a listing")
      return
    }
    #expect(detail.contains("ListBucketResult"))
    let dead = ScriptedS3 { (_) throws(HTTPError) in throw .cannotConnect(detail: "refused") }
    let reach = try await dead.bucket().reach(prefix: "")
    #expect(reach.error?.reason == .unreachable(detail: "server.test: refused"))
    #expect(reach.clockOffset == nil)
  }

  @Test("A wrong region is mended, and the right one known afterwards")
  func region() async throws {
    let server = ScriptedS3 { (request) throws(HTTPError) in
      request.header("authorization")?.contains("/eu-west-1/s3/") == true
        ? .emptyListing
        : .fault(400, "AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>")
    }
    let store = try server.bucket()
    let reach = await store.reach(prefix: "")
    #expect(reach.error == nil)
    #expect(reach.region == "eu-west-1")
    #expect(store.region == "eu-west-1")
  }

  @Test("A clock that S3 refuses is mended, and its offset told")
  func clock() async throws {
    let time = ScriptedS3.now.addingTimeInterval(3600)
    let server = ScriptedS3 { (request) throws(HTTPError) in
      request.header("x-amz-date") == "20250101T010000Z"
        ? .emptyListing.at(time) : .fault(403, "RequestTimeTooSkewed").at(time)
    }
    let reach = try await server.bucket().reach(prefix: "")
    #expect(reach.error == nil)
    let offset = try #require(reach.clockOffset)
    #expect(abs(offset - 3600) < 1)
  }

  @Test(
    "Whether objects may be read",
    arguments: [
      (ScriptedS3.Answer.fault(404, "NoSuchKey"), Permission.granted), (.fault(416, "InvalidRange"), .granted),
      (.init(status: 206, body: "x"), .granted), (.fault(403, "AccessDenied"), .denied),
    ])
  func get(_ answer: ScriptedS3.Answer, _ permission: Permission) async throws {
    let server = ScriptedS3 { (_) throws(HTTPError) in answer }
    #expect(try await server.bucket().mayGet(key) == permission)
    #expect(server.requests.map { $0.header("range") } == ["bytes=0-0"])
  }

  @Test(
    "Whether objects may be written is asked by a PUT that cannot succeed",
    arguments: [
      (ScriptedS3.Answer.fault(404, "NoSuchKey"), Permission.granted),
      (.fault(412, "PreconditionFailed"), .granted), (.fault(403, "AccessDenied"), .denied),
    ])
  func put(_ answer: ScriptedS3.Answer, _ permission: Permission) async throws {
    let server = ScriptedS3 { (_) throws(HTTPError) in answer }
    #expect(try await server.bucket().mayPut(key) == permission)
    #expect(server.requests.map(\.method) == [.put])
    let request = try #require(server.requests.first)
    #expect(request.body == .none)
    #expect(request.header("if-match")?.hasPrefix("\"") == true)
    // A condition that is not signed could be taken off on the way.
    #expect(request.header("authorization")?.contains("if-match") == true)
  }

  @Test("A bucket that is gone, or a server that knows no conditions, tells nothing of permissions")
  func untold() async throws {
    for answer in [ScriptedS3.Answer.fault(404, "NoSuchBucket"), .fault(501, "NotImplemented")] {
      let server = ScriptedS3 { (_) throws(HTTPError) in answer }
      guard case .unknown = try await server.bucket().mayGet(key),
        case .unknown = try await server.bucket().mayPut(key)
      else {
        Issue.record("a permission was read from \(answer)")
        return
      }
    }
  }

  @Test("What a server stored against its condition is removed again", arguments: [true, false])
  func ignored(mayDelete: Bool) async throws {
    let server = ScriptedS3 { (request) throws(HTTPError) in
      switch request.method {
      case .put: .init(headers: [HTTPField("ETag", "\"x\"")])
      default: mayDelete ? .init(status: 204) : .fault(403, "AccessDenied")
      }
    }
    let permission = try await server.bucket().mayPut(key)
    #expect(server.requests.map(\.method) == [.put, .delete])
    #expect(Set(server.requests.map(\.url)).count == 1)
    if mayDelete {
      #expect(permission == .granted)
    } else if case .grantedLeaving(let error) = permission {
      #expect(error.reason == .accessDenied)
    } else {
      Issue.record("\(permission)")
    }
  }

  @Test(
    "Versioning",
    arguments: [
      ("<VersioningConfiguration/>", BucketVersioning.never),
      ("<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>", .enabled),
      ("<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>", .suspended),
    ])
  func versioning(_ body: String, _ state: BucketVersioning) async throws {
    let server = ScriptedS3 { (_) throws(HTTPError) in .init(body: body) }
    #expect(try await server.bucket().versioning() == state)
    #expect(server.requests.map(\.url) == ["http://server.test/bucket/?versioning="])
    let stranger = ScriptedS3 { (_) throws(HTTPError) in .emptyListing }
    await #expect(throws: StoreError.self) { try await stranger.bucket().versioning() }
  }
}
