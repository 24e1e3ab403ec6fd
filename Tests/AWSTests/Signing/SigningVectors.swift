import AWS
import Foundation
import HTTPTransport

/// The published signing vectors beside the repository, if they are there.
enum SigningVectors {
  static let folder: URL? = {
    var place = URL(filePath: #filePath)
    while place.path() != "/" {
      place = place.deletingLastPathComponent()
      let candidate = place.appending(path: "shared/corpus/sigv4")
      if FileManager.default.fileExists(atPath: candidate.path()) { return candidate }
    }
    return nil
  }()

  /// The names of the general cases.
  static let general: [String] =
    folder.map {
      (try? FileManager.default.contentsOfDirectory(atPath: $0.appending(path: "aws-signing-test-suite-v4").path()))?
        .sorted() ?? []
    } ?? []

  /// 2013-05-24, as in S3's examples, or another time in the compact form.
  static func date(_ text: String) throws -> Date {
    let digits = text.filter { $0.isNumber }
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "yyyyMMddHHmmss"
    guard let date = formatter.date(from: digits) else { throw VectorError.badDate(text) }
    return date
  }
}

enum VectorError: Error {
  case badDate(String)
  case badRequest(String)
}

/// One general case: a request and what signing it must give, in headers and in the URL.
struct GeneralVector {
  struct Context: Decodable {
    struct Keys: Decodable {
      let access_key_id: String
      let secret_access_key: String
      let token: String?
    }
    let credentials: Keys
    let expiration_in_seconds: Int
    let normalize: Bool
    let region: String
    let service: String
    let sign_body: Bool
    let timestamp: String
    let omit_session_token: Bool?
  }

  let context: Context
  let request: HTTPRequest
  let payload: PayloadHash
  private let folder: URL

  init(_ name: String) throws {
    guard let vectors = SigningVectors.folder else { throw VectorError.badRequest(name) }
    folder = vectors.appending(path: "aws-signing-test-suite-v4").appending(path: name)
    context = try JSONDecoder().decode(Context.self, from: Data(contentsOf: folder.appending(path: "context.json")))
    let text = try String(contentsOf: folder.appending(path: "request.txt"), encoding: .utf8)
    let parts = text.components(separatedBy: "\n\n")
    var lines = parts[0].split(separator: "\n").map(String.init)
    let first = lines.removeFirst()
    guard
      let methodEnd = first.firstIndex(of: " "), let targetEnd = first.lastIndex(of: " "),
      let method = HTTPMethod(rawValue: String(first[..<methodEnd]))
    else { throw VectorError.badRequest(first) }
    var headers: [HTTPField] = []
    for line in lines {
      if line.hasPrefix(" "), var last = headers.popLast() {  // a value goes on
        last.value += "\n" + line
        headers.append(last)
      } else {
        let pieces = line.split(separator: ":", maxSplits: 1)
        headers.append(HTTPField(String(pieces[0]), String(pieces[1])))
      }
    }
    let host = headers.first { $0.name == "Host" }?.value ?? ""
    let body = Array((parts.count > 1 ? parts[1] : "").utf8)
    request = HTTPRequest(
      method, "https://\(host)\(first[first.index(after: methodEnd)..<targetEnd])", headers: headers,
      body: body.isEmpty ? .none : .bytes(body))
    payload = .of(body)
  }

  /// The expected text of a file, without the newline at its end.
  func expected(_ file: String) throws -> String {
    let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }

  var date: Date { get throws { try SigningVectors.date(context.timestamp) } }

  /// The session token is left out where the service wants it added after signing.
  var credentials: Credentials {
    Credentials(
      accessKeyID: context.credentials.access_key_id, secretAccessKey: context.credentials.secret_access_key,
      sessionToken: context.omit_session_token == true ? nil : context.credentials.token, origin: "vector")
  }
}

/// AWS's worked examples for S3, recomputed.
struct S3Vectors: Decodable {
  struct Keys: Decodable {
    let access_key_id: String
    let secret_access_key: String
  }
  struct Chunk: Decodable {
    let length: Int
    let string_to_sign: String
    let signature: String
  }
  struct Example: Decodable {
    let name: String
    let method: String
    let canonical_uri: String
    let canonical_query: String
    let headers: [String: String]
    let payload_hash: String
    let canonical_request: String
    let string_to_sign: String
    let signed_headers: String
    let signature: String
    let chunks: [Chunk]?
  }

  let credentials: Keys
  let region: String
  let service: String
  let timestamp: String
  let examples: [Example]

  static func load(from folder: URL) throws -> S3Vectors {
    try JSONDecoder().decode(S3Vectors.self, from: Data(contentsOf: folder.appending(path: "s3-examples.json")))
  }
}
