@testable import AWS
import Foundation
import HTTPTransport
import Testing

@Suite(
  "Published signatures",
  .enabled(if: SigningVectors.folder != nil, "the shared corpus (corpus/sigv4) is not beside the repository"))
struct SigningVectorTests {
  @Test("There are 38 general cases, each for headers and for the URL: 76")
  func countOfGeneralVectors() throws {
    let files = try SigningVectors.general.flatMap { name in
      try ["header-signature.txt", "query-signature.txt"].map { try GeneralVector(name).expected($0) }
    }
    #expect(files.count == 76)
    #expect(files.allSatisfy { $0.count == 64 })
  }

  @Test("General, in headers", arguments: SigningVectors.general)
  func header(name: String) throws {
    let vector = try GeneralVector(name)
    let signer = Self.signer(vector.context)
    let work = signer.headerWork(
      vector.request, payload: vector.payload, credentials: vector.credentials, date: try vector.date)
    #expect(try String(decoding: work.canonical.text, as: UTF8.self) == vector.expected("header-canonical-request.txt"))
    #expect(try String(decoding: work.stringToSign, as: UTF8.self) == vector.expected("header-string-to-sign.txt"))
    #expect(try work.signature == vector.expected("header-signature.txt"))

    let signed = signer.sign(
      vector.request, payload: vector.payload, credentials: vector.credentials, date: try vector.date)
    let authorization = signed.headers.last
    #expect(authorization?.name == "Authorization")
    #expect(
      try vector.expected("header-signed-request.txt").components(separatedBy: "\n")
        .contains("Authorization:\(authorization?.value ?? "")"))
  }

  @Test("General, in the URL", arguments: SigningVectors.general)
  func query(name: String) throws {
    let vector = try GeneralVector(name)
    let work = Self.signer(vector.context).queryWork(
      vector.request, payload: vector.payload, seconds: vector.context.expiration_in_seconds,
      credentials: vector.credentials, date: try vector.date)
    #expect(try String(decoding: work.canonical.text, as: UTF8.self) == vector.expected("query-canonical-request.txt"))
    #expect(try String(decoding: work.stringToSign, as: UTF8.self) == vector.expected("query-string-to-sign.txt"))
    #expect(try work.signature == vector.expected("query-signature.txt"))
    #expect(try work.url.hasSuffix("&X-Amz-Signature=" + vector.expected("query-signature.txt")))
  }

  @Test("S3: six requests and three chunks")
  func s3() throws {
    let vectors = try S3Vectors.load(from: #require(SigningVectors.folder))
    let credentials = Credentials(
      accessKeyID: vectors.credentials.access_key_id, secretAccessKey: vectors.credentials.secret_access_key,
      origin: "vector")
    let date = try SigningVectors.date(vectors.timestamp)
    let signer = Signer(service: "s3", region: "us-east-1")
    var run = 0
    for example in vectors.examples {
      let isPresigned = example.payload_hash == "UNSIGNED-PAYLOAD"
      let host = try #require(example.headers["host"])
      let query = isPresigned || example.canonical_query.isEmpty ? "" : "?" + example.canonical_query
      let request = HTTPRequest(
        try #require(HTTPMethod(rawValue: example.method)), "https://\(host)\(example.canonical_uri)\(query)",
        headers: example.headers.filter { $0.key != "host" }.map { HTTPField($0.key, $0.value) })
      if isPresigned {
        let work = signer.queryWork(
          request, payload: .unsigned, seconds: 86_400, credentials: credentials, date: date)
        #expect(String(decoding: work.canonical.text, as: UTF8.self) == example.canonical_request)
        #expect(String(decoding: work.stringToSign, as: UTF8.self) == example.string_to_sign)
        #expect(work.signature == example.signature)
        let url = signer.presign(request, seconds: 86_400, credentials: credentials, date: date)
        #expect(
          url
            == "https://\(host)\(example.canonical_uri)?\(example.canonical_query)&X-Amz-Signature=\(example.signature)"
        )
      } else {
        let work = signer.headerWork(
          request, payload: .sha256(example.payload_hash), credentials: credentials, date: date)
        #expect(String(decoding: work.canonical.text, as: UTF8.self) == example.canonical_request)
        #expect(String(decoding: work.stringToSign, as: UTF8.self) == example.string_to_sign)
        #expect(work.signature == example.signature)
        #expect(work.canonical.signedHeaders == example.signed_headers)
      }
      run += 1
      var previous = example.signature
      for chunk in example.chunks ?? [] {
        // The product sends no chunked signatures; its key makes them none the less.
        let empty = PayloadHash.empty.text
        let content = PayloadHash.of([UInt8](repeating: UInt8(ascii: "a"), count: chunk.length)).text
        let text =
          "AWS4-HMAC-SHA256-PAYLOAD\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n\(previous)\n\(empty)\n\(content)"
        #expect(text == chunk.string_to_sign)
        let key = SigningKeys.key(
          secret: credentials.secretAccessKey, day: "20130524", region: "us-east-1", service: "s3")
        #expect(key.signature(of: Array(text.utf8)) == chunk.signature)
        previous = chunk.signature
        run += 1
      }
    }
    #expect(run == 9)
  }

  private static func signer(_ context: GeneralVector.Context) -> Signer {
    var signer = Signer(service: context.service, region: context.region)
    signer.pathRule = context.normalize ? .normalized : .asSent
    signer.sendsPayloadHash = context.sign_body
    return signer
  }
}
