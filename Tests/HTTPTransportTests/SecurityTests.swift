import Foundation
import Glibc
import HTTPTransport
import TestServers
import Testing

/// A TLS server with a certificate of its own making.
private struct SecureServer {
  let process: ServerProcess
  let port: UInt16

  var certificate: String { process.folder + "/certificate.pem" }
  var url: String { "https://127.0.0.1:\(port)/" }

  /// - Parameter name: whom the certificate is for, as `IP:127.0.0.1`.
  init(for name: String) async throws {
    port = try Loopback.freePorts(1)[0]
    let script = """
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=tests \
        -addext subjectAltName=\(name) -keyout key.pem -out new.pem && mv new.pem certificate.pem &&
      exec openssl s_server -accept 127.0.0.1:\(port) -cert certificate.pem -key key.pem -www
      """
    process = try ServerProcess(["/bin/sh", "-c", script], folder: ServerProcess.makeFolder())
    let process = process
    try await wait {
      guard process.isRunning else { throw ServerFailure("no TLS server: \(process.lastWords)") }
      return process.lastWords.contains("ACCEPT")
    }
  }
}

@Suite("TLS", .timeLimit(.minutes(10)))
struct SecurityTests {
  @Test("A certificate that nobody vouches for is refused")
  func untrusted() async throws {
    let server = try await SecureServer(for: "IP:127.0.0.1")
    let error = await error(CurlTransport(), server.url)
    #expect(error?.kind == "insecure")
    #expect(error?.isTransient == false)
  }

  @Test("A certificate of the bundle is taken")
  func trusted() async throws {
    let server = try await SecureServer(for: "IP:127.0.0.1")
    let answer = try await transport(trusting: server.certificate).exchange(HTTPRequest(.get, server.url))
    #expect(answer.response.status == 200)
    #expect(String(decoding: answer.body, as: UTF8.self).contains("TLS"))
  }

  @Test("A certificate for another host is refused, whoever vouches for it")
  func otherHost() async throws {
    let server = try await SecureServer(for: "DNS:other.example")
    #expect(await error(transport(trusting: server.certificate), server.url)?.kind == "insecure")
  }

  @Test("A bundle with other certificates does not help")
  func otherBundle() async throws {
    let server = try await SecureServer(for: "IP:127.0.0.1")
    let other = try await SecureServer(for: "IP:127.0.0.1")
    #expect(await error(transport(trusting: other.certificate), server.url)?.kind == "insecure")
  }

  @Test("A bundle that is not there is told")
  func missingBundle() async throws {
    let server = try await SecureServer(for: "IP:127.0.0.1")
    #expect(await error(transport(trusting: "/nonexistent/bundle.pem"), server.url)?.kind == "insecure")
  }

  private func transport(trusting bundle: String) -> CurlTransport {
    var configuration = TransportConfiguration()
    configuration.caBundle = bundle
    return CurlTransport(configuration: configuration)
  }

  private func error(_ transport: CurlTransport, _ url: String) async -> HTTPError? {
    await failure { () async throws(HTTPError) in _ = try await transport.exchange(HTTPRequest(.get, url)) }
  }
}
