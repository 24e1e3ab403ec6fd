@testable import AWS
import Foundation
import HTTPTransport
import ObjectStore
import Testing

@Suite("Mending calls")
struct MendingTests {
  @Test("A clock that is off is set by the server's, for this call and all that follow")
  func clock() async throws {
    let skewed = Reply.no(403, "RequestTimeTooSkewed", headers: ["Date": "Wed, 01 Jan 2025 02:00:00 GMT"])
    let service = ScriptedService(skewed, .ok(), .ok())
    let client = service.client()
    _ = try await client.exchange(ServiceRequest(.get))
    _ = try await client.exchange(ServiceRequest(.get))
    #expect(
      service.requests.map { $0.header("x-amz-date") } == ["20250101T000000Z", "20250101T020000Z", "20250101T020000Z"])
    #expect(client.clockOffset == 7200)
    // Mended at once, and for nothing.
    #expect(service.waits.isEmpty)
    // Links are signed by the same clock.
    let link = try await client.presign(ServiceRequest(.get), seconds: 60)
    #expect(link.url.contains("X-Amz-Date=20250101T020000Z"))
    #expect(link.expires == ScriptedService.now.addingTimeInterval(60))
  }

  @Test(
    "A clock that stays off is told after one try; without a time to go by there is none", arguments: [true, false])
  func clockStays(hasDate: Bool) async {
    let headers = hasDate ? ["Date": "Wed, 01 Jan 2025 02:00:00 GMT"] : ["Date": "yesterday"]
    let service = ScriptedService(.no(403, "RequestTimeTooSkewed", headers: headers))
    let fault = await fault { () async throws(ServiceError) in
      try await service.client().exchange(ServiceRequest(.get))
    }
    #expect(fault?.code == "RequestTimeTooSkewed")
    #expect(fault?.storeError(.get, "").reason == .refusedCredentials(detail: "RequestTimeTooSkewed"))
    #expect(service.requests.count == (hasDate ? 2 : 1))
  }

  @Test("Expired credentials are let go of, and others used", arguments: ["ExpiredToken", "TokenRefreshRequired"])
  func renewed(code: String) async throws {
    let service = ScriptedService(.no(400, code), .ok())
    let credentials = GivenCredentials([.numbered(1), .numbered(2)])
    _ = try await service.client(credentials).exchange(ServiceRequest(.get))
    #expect(await credentials.discarded == [.numbered(1)])
    #expect(
      service.requests.map { $0.header("x-amz-security-token") } == ["SENSITIVE-token-1", "SENSITIVE-token-2"])
    #expect(service.waits.isEmpty)
  }

  @Test("Credentials that come back the same are not tried again, whatever else is said of them")
  func same() async {
    var again = Credentials.numbered(1)
    again.expiration = .distantFuture
    again.origin = "another place"
    for next in [[], [again]] {
      let service = ScriptedService(.no(400, "ExpiredToken"))
      let credentials = GivenCredentials([.numbered(1)] + next)
      let fault = await fault { () async throws(ServiceError) in
        try await service.client(credentials).exchange(ServiceRequest(.get))
      }
      #expect(fault?.storeError(.get, "").reason == .expiredCredentials)
      #expect(service.requests.count == 1)
      #expect(await credentials.discarded.count == 1)
    }
  }

  @Test("Credentials are renewed once, then the fault is told; so it is where there are no others")
  func onceOnly() async {
    let service = ScriptedService(.no(400, "ExpiredToken"))
    let all = GivenCredentials([.numbered(1), .numbered(2), .numbered(3)])
    let fault = await fault { () async throws(ServiceError) in
      try await service.client(all).exchange(ServiceRequest(.get))
    }
    #expect(fault?.storeError(.get, "").reason == .expiredCredentials)
    #expect(service.requests.count == 2)

    let lone = ScriptedService(.no(400, "ExpiredToken"))
    let failing = GivenCredentials(renewalFails: true)
    let second = await AWSTests.fault { () async throws(ServiceError) in
      try await lone.client(failing).exchange(ServiceRequest(.get))
    }
    #expect(second?.storeError(.get, "").reason == .expiredCredentials)
    #expect(lone.requests.count == 1)
  }

  static let elsewhere: [Reply] = [
    .no(301, "PermanentRedirect", headers: ["x-amz-bucket-region": "ap-south-1"]),
    .no(307, "TemporaryRedirect", headers: ["X-Amz-Bucket-Region": "ap-south-1"]),
    .no(400, "AuthorizationHeaderMalformed", more: "<Region>ap-south-1</Region>"),
    .no(400, "IllegalLocationConstraintException", headers: ["x-amz-bucket-region": "ap-south-1"]),
    // The answer to a HEAD has no body.
    .ok(headers: ["x-amz-bucket-region": "ap-south-1"], status: 301),
  ]

  @Test("A call to the wrong region goes to the right one, and so do all that follow", arguments: elsewhere.indices)
  func region(index: Int) async throws {
    let service = ScriptedService(Self.elsewhere[index], .ok())
    let client = service.client()
    _ = try await client.exchange(ServiceRequest(.get))
    _ = try await client.exchange(ServiceRequest(.get))
    let hosts = service.requests.map { $0.url.split(separator: "/")[1] }
    #expect(
      hosts == ["s3.eu-central-1.example.com", "s3.ap-south-1.example.com", "s3.ap-south-1.example.com"])
    #expect(service.requests[1].header("authorization")?.contains("/ap-south-1/s3/aws4_request") == true)
    #expect(client.region == "ap-south-1")
  }

  @Test("A region is asked for once")
  func regionStays() async {
    let service = ScriptedService { _, number in
      .no(301, "PermanentRedirect", headers: ["x-amz-bucket-region": "region-\(number)"])
    }
    let fault = await fault { () async throws(ServiceError) in
      try await service.client().exchange(ServiceRequest(.get))
    }
    #expect(fault?.storeError(.get, "").reason == .wrongRegion("region-1"))
    #expect(service.requests.count == 2)
  }

  @Test(
    "A region becomes part of a host's name: what is no region is not asked",
    arguments: [
      "evil.example.com/", "a@b", "", "x.y", "A", "a\r\nHost: b", "ü", "a/b", "a:1", String(repeating: "a", count: 41),
    ])
  func hostileRegion(name: String) async {
    let service = ScriptedService(.ok(headers: ["x-amz-bucket-region": name], status: 301))
    let fault = await fault { () async throws(ServiceError) in
      try await service.client().exchange(ServiceRequest(.get))
    }
    #expect(fault?.code == "")
    #expect(service.requests.count == 1)
  }

  @Test("Redirects that name no region are not followed")
  func redirect() async {
    let service = ScriptedService(.ok(headers: ["Location": "https://evil.example.com/"], status: 307))
    let fault = await fault { () async throws(ServiceError) in
      try await service.client().exchange(ServiceRequest(.get))
    }
    #expect(fault?.storeError(.get, "").reason == .wrongRegion(nil))
    #expect(service.requests.count == 1)
  }

  @Test("All three mendings and all repetitions may be of one call")
  func everything() async throws {
    let service = ScriptedService(
      .ok(status: 500), .no(301, "PermanentRedirect", headers: ["x-amz-bucket-region": "ap-south-1"]),
      .ok(status: 500), .no(403, "RequestTimeTooSkewed", headers: ["Date": "Wed, 01 Jan 2025 02:00:00 GMT"]),
      .no(400, "ExpiredToken"), .ok(status: 500), .ok("well"))
    let client = service.client(GivenCredentials([.numbered(1), .numbered(2)]))
    let answer = try await client.exchange(ServiceRequest(.get))
    #expect(answer.body == Array("well".utf8))
    #expect(service.waits.count == 3)
  }
}
