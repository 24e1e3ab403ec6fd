@testable import AWS
import Foundation
import HTTPTransport
import Testing

@Suite("Lambda")
struct LambdaFunctionTests {
  private struct Keys: CredentialProvider {
    func credentials() async throws(CredentialError) -> Credentials {
      Credentials(accessKeyID: "AKID", secretAccessKey: "secret", origin: "the tests")
    }
    func discard(_ rejected: Credentials) async {}
  }

  private func make(_ name: String, _ http: ScriptedHTTP, endpoint: String? = nil) -> LambdaFunction? {
    var shared = ServiceClient.Shared(http: http)
    shared.backoff.sleep = { _ in }
    return LambdaFunction(name, endpoint: endpoint, region: "eu-central-1", credentials: Keys(), shared: shared)
  }

  @Test("an event is handed over, and not waited for")
  func invoke() async throws {
    let http = ScriptedHTTP { _ in (202, "") }
    let function = try #require(make("pixelater", http))
    try await function.invoke("{}")
    let request = try #require(http.requests.first)
    #expect(
      request.url == "https://lambda.eu-central-1.amazonaws.com/2015-03-31/functions/pixelater/invocations")
    #expect(request.method == .post && request.text == "{}")
    #expect(request.header("X-Amz-Invocation-Type") == "Event")
    #expect(request.header("Authorization")?.contains("/eu-central-1/lambda/aws4_request") == true)
  }

  @Test("an ARN tells the region, and a server of one's own is asked instead of AWS's")
  func places() async throws {
    let http = ScriptedHTTP { _ in (202, "") }
    let other = try #require(make("arn:aws:lambda:us-west-2:123456789012:function:f", http))
    try await other.invoke("{}")
    #expect(http.requests[0].url.hasPrefix("https://lambda.us-west-2.amazonaws.com/2015-03-31/functions/arn"))
    let local = try #require(make("f", http, endpoint: "http://127.0.0.1:9"))
    try await local.invoke("{}")
    #expect(http.requests[1].url == "http://127.0.0.1:9/2015-03-31/functions/f/invocations")
  }

  @Test(
    "its faults are read", arguments: [(404, "ResourceNotFoundException", 1), (429, "TooManyRequestsException", 4)])
  func faults(status: Int, code: String, calls: Int) async throws {
    let http = ScriptedHTTP { _ in (status, #"{"__type":"\#(code):http://x/","Message":"no"}"#) }
    let function = try #require(make("f", http))
    do throws(ServiceError) {
      try await function.invoke("{}")
      Issue.record("no fault")
    } catch {
      guard case .refused(let fault) = error else { throw error }
      #expect(fault.code == code && fault.message == "no")
    }
    #expect(http.requests.count == calls)
  }

  @Test("names that are none", arguments: ["", "a/b", "a b", "../x", "ü", String(repeating: "f", count: 171)])
  func names(name: String) { #expect(make(name, .silent) == nil) }
}
