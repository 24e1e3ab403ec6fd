@testable import AWS
import Foundation
import HTTPTransport
import ObjectStore
import TestServers
import Testing

/// A bucket on a server that does what a test says. Waits between repetitions take no time; silence counts as a timeout
/// after a second.
struct FaultyBucket {
  let server: FaultServer
  let store: S3Store

  /// - Parameters:
  ///   - stall: how long a silence is borne.
  ///   - transport: those that share one share its idle connections, of which it keeps so many.
  ///   - script: given the request, and how many there were before it.
  init(
    _ options: S3Store.Options = S3Store.Options(), attempts: Int = 4, stall: Duration = .seconds(1),
    transport: CurlTransport = FaultyBucket.transport,
    script: @escaping @Sendable (_ request: FaultRequest, _ number: Int) -> FaultAnswer
  ) throws {
    let count = Locked(0)
    server = try FaultServer { request in
      let number = count.withLock { count in
        count += 1
        return count - 1
      }
      return script(request, number)
    }
    var shared = ServiceClient.Shared(http: HurriedHTTP(base: transport, stall: stall))
    shared.backoff.sleep = { _ in try Task.checkCancellation() }
    shared.backoff.maximumAttempts = attempts
    store = S3Store(
      bucket: "bucket", endpoint: try #require(S3Endpoint(override: server.url)), credentials: GivenCredentials(),
      shared: shared, options: options)
  }

  static let transport = CurlTransport()

  private struct HurriedHTTP: HTTPClient {
    let base: CurlTransport
    let stall: Duration

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
      var request = request
      request.timeouts.stall = stall
      return try await base.send(request)
    }
  }
}

extension FaultAnswer {
  static let lastModified = "Last-Modified: Wed, 01 Jan 2025 00:00:00 GMT"

  /// As S3 says no.
  static func no(_ status: Int, _ code: String, headers: [String] = []) -> FaultAnswer {
    .status(status, headers: headers, body: Array("<Error><Code>\(code)</Code></Error>".utf8))
  }

  /// To a HEAD: there is no body, whatever its length.
  static func noToHead(_ status: Int, headers: [String] = []) -> FaultAnswer {
    FaultAnswer([.send(header(status, headers + ["Content-Length: 300"]))])
  }

  /// An object of `Pattern`, or the part of it that was asked for.
  ///
  /// - Parameters:
  ///   - sent: bytes of it after which `step` follows; nil: all.
  static func object(
    _ request: FaultRequest, size: Int, etag: String = "one", sent: Int? = nil, then step: Step = .close
  ) -> FaultAnswer {
    var range = 0..<size
    var fields = ["ETag: \"\(etag)\"", lastModified]
    if let text = request["Range"] {
      let ends = text.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
      range = (Int(ends[0]) ?? 0)..<min(size, (Int(ends[1]) ?? size - 1) + 1)
      fields.append("Content-Range: bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)")
    }
    let start = header(request["Range"] == nil ? 200 : 206, fields + ["Content-Length: \(range.count)"])
    if request.method == "HEAD" { return FaultAnswer([.send(start)]) }
    let body = Pattern.bytes(min(sent ?? range.count, range.count), from: range.lowerBound)
    return FaultAnswer([.send(start + body)] + (sent == nil ? [] : [step]))
  }
}

/// What reading an object comes to.
struct Reading {
  var bytes: [UInt8] = []
  var error: StoreError?

  init(_ store: S3Store, _ options: GetOptions = GetOptions()) async throws {
    let key = try #require(ObjectKey("a key"))
    do throws(StoreError) {
      for try await chunk in try await store.get(key, options: options).chunks { bytes += chunk }
    } catch {
      self.error = error
    }
  }
}

/// The error that a call ends with.
func refusal<Value>(of call: () async throws(StoreError) -> Value) async -> StoreError? {
  do throws(StoreError) {
    _ = try await call()
    return nil
  } catch {
    return error
  }
}
