internal import CExpat

/// What is needed of an answer of STS: credentials, or a fault.
struct SecurityTokenAnswer {
  private(set) var accessKeyID: String?
  private(set) var secretAccessKey: String?
  private(set) var sessionToken: String?
  private(set) var expiration: String?
  private(set) var code: String?
  private(set) var message: String?

  /// Nil for what is no XML, or has a document type: entities are refused with it.
  init?(_ body: [UInt8]) {
    guard let parser = XML_ParserCreate("UTF-8") else { return nil }
    defer { XML_ParserFree(parser) }
    let reader = Reader(parser)
    let isRead = withExtendedLifetime(reader) {
      XML_SetUserData(parser, Unmanaged.passUnretained(reader).toOpaque())
      XML_SetElementHandler(
        parser, { context, name, _ in Reader.of(context)?.start(name) }, { context, _ in Reader.of(context)?.end() })
      XML_SetCharacterDataHandler(parser) { context, text, count in Reader.of(context)?.add(text, count) }
      XML_SetStartDoctypeDeclHandler(parser) { context, _, _, _, _ in Reader.of(context)?.stop() }
      return body.withUnsafeBytes { bytes in
        XML_Parse(parser, bytes.bindMemory(to: CChar.self).baseAddress, Int32(clamping: bytes.count), 1)
      } == XML_STATUS_OK
    }
    guard isRead else { return nil }
    accessKeyID = reader.texts["Credentials/AccessKeyId"]
    secretAccessKey = reader.texts["Credentials/SecretAccessKey"]
    sessionToken = reader.texts["Credentials/SessionToken"]
    expiration = reader.texts["Credentials/Expiration"]
    code = reader.texts["Error/Code"]
    message = reader.texts["Error/Message"]
  }

  /// Collects the text of elements by their parent's and their own name.
  private final class Reader {
    private static let deepest = 16

    private let parser: XML_Parser
    private var path: [String] = []
    private var text: [UInt8] = []
    private(set) var texts: [String: String] = [:]

    init(_ parser: XML_Parser) {
      self.parser = parser
    }

    static func of(_ context: UnsafeMutableRawPointer?) -> Reader? {
      context.map { Unmanaged<Reader>.fromOpaque($0).takeUnretainedValue() }
    }

    func start(_ name: UnsafePointer<CChar>?) {
      guard let name, path.count < Self.deepest else { return stop() }
      path.append(String(cString: name))
      text = []
    }

    func end() {
      let key = path.suffix(2).joined(separator: "/")
      if texts[key] == nil { texts[key] = String(decoding: text, as: UTF8.self) }
      text = []
      _ = path.popLast()
    }

    func add(_ piece: UnsafePointer<CChar>?, _ count: Int32) {
      guard let piece, count > 0 else { return }
      text += UnsafeRawBufferPointer(start: piece, count: Int(count))
    }

    func stop() { XML_StopParser(parser, XML_Bool(XML_FALSE)) }
  }
}
