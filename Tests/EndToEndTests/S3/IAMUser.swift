import AWS
import Foundation
import HTTPTransport
import TestServers
import Testing

/// A user of a server that keeps users, with a key and whatever policy a test gives.
struct IAMUser: Sendable {
  let name: String
  let credentials: Credentials
  private let client: ServiceClient

  /// - Parameter engine: MiniStack, verifying.
  init(_ purpose: String, on engine: S3Engine) async throws {
    name = S3Engine.bucketName(purpose)
    let root = Credentials(
      accessKeyID: engine.accessKeyID, secretAccessKey: engine.secretAccessKey, origin: "the tests")
    client = ServiceClient(
      service: "iam", region: "us-east-1", base: { _ in engine.endpoint }, credentials: KnownCredentials(known: root),
      shared: ServiceClient.Shared(http: CurlTransport()))
    _ = try await Self.ask(client, "CreateUser", name)
    let answer = try await Self.ask(client, "CreateAccessKey", name)
    let key = try #require(answer.firstMatch(of: /<AccessKeyId>([^<]+)</)?.1)
    let secret = try #require(answer.firstMatch(of: /<SecretAccessKey>([^<]+)</)?.1)
    credentials = Credentials(
      accessKeyID: String(key), secretAccessKey: String(secret).replacing("&amp;", with: "&"), origin: "the tests")
  }

  func put(policy: String) async throws {
    _ = try await Self.ask(client, "PutUserPolicy", name, [("PolicyName", "p"), ("PolicyDocument", policy)])
  }

  private static func ask(
    _ client: ServiceClient, _ action: String, _ user: String, _ more: [(String, String)] = []
  ) async throws -> String {
    let pairs = [("Action", action), ("Version", "2010-05-08"), ("UserName", user)] + more
    let text = pairs.map { name, value in
      name + "=" + (value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
    }.joined(separator: "&")
    let body = Array(text.utf8)
    let answer = try await client.exchange(
      ServiceRequest(
        .post, headers: [HTTPField("Content-Type", "application/x-www-form-urlencoded")], body: .bytes(body),
        payload: .of(body)))
    return String(decoding: answer.body, as: UTF8.self)
  }
}
