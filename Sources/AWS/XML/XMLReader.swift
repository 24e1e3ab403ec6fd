internal import CExpat

/// Takes what an `XMLReader` finds. Names and texts are valid during the call alone.
protocol XMLHandler: AnyObject {
  func start(_ name: XMLName)
  /// - Parameter text: the characters between this end and the tag before it: of a leaf all there is.
  func end(_ name: XMLName, text: [UInt8])
}

/// The name of an element, as it stands in the document.
struct XMLName {
  fileprivate let start: UnsafePointer<CChar>

  static func == (name: XMLName, text: StaticString) -> Bool {
    text.utf8Start.withMemoryRebound(to: CChar.self, capacity: text.utf8CodeUnitCount + 1) { other in
      var index = 0
      while name.start[index] == other[index] {
        if other[index] == 0 { return true }
        index += 1
      }
      return false
    }
  }

  var string: String { String(cString: start) }
}

/// Reads XML while it arrives, with expat. A document type is refused: entities of its own are how XML reads files and
/// blows up.
final class XMLReader {
  enum Fault: Error, Hashable, Sendable {
    /// What expat says of it.
    case malformed(String)
    case documentType
    case tooLarge
  }

  private let parser: XML_Parser
  private let state: State

  private final class State {
    let handler: any XMLHandler
    var text: [UInt8] = []
    var depth = 0
    var fault: Fault?
    private let parser: XML_Parser

    init(_ handler: any XMLHandler, _ parser: XML_Parser) {
      self.handler = handler
      self.parser = parser
    }

    func stop(_ fault: Fault) {
      self.fault = fault
      XML_StopParser(parser, 0)
    }

    static func from(_ context: UnsafeMutableRawPointer?) -> State? {
      context.map { Unmanaged<State>.fromOpaque($0).takeUnretainedValue() }
    }
  }

  private static let maximumDepth = 32
  /// Bytes of one element's text. The longest that S3 sends is a key, 3 KiB percent-encoded.
  private static let maximumText = 64 << 10

  init(_ handler: any XMLHandler) {
    guard let parser = XML_ParserCreate(nil) else { fatalError("expat has no memory to start with") }
    self.parser = parser
    state = State(handler, parser)
    install()
  }

  deinit { XML_ParserFree(parser) }

  /// Takes the next bytes of the document.
  func feed(_ bytes: [UInt8]) throws(Fault) { try parse(bytes, isLast: false) }

  /// Says that the document has ended.
  func finish() throws(Fault) { try parse([], isLast: true) }

  private func parse(_ bytes: [UInt8], isLast: Bool) throws(Fault) {
    let status = bytes.withUnsafeBytes { bytes in
      XML_Parse(
        parser, bytes.bindMemory(to: CChar.self).baseAddress, Int32(clamping: bytes.count), isLast ? 1 : 0)
    }
    if let fault = state.fault { throw fault }
    guard status == XML_STATUS_OK else {
      throw .malformed(XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) } ?? "no XML")
    }
  }

  private func install() {
    XML_SetUserData(parser, Unmanaged.passUnretained(state).toOpaque())
    XML_SetStartDoctypeDeclHandler(parser) { context, _, _, _, _ in State.from(context)?.stop(.documentType) }
    XML_SetElementHandler(
      parser,
      { context, name, _ in
        guard let state = State.from(context), let name else { return }
        state.text.removeAll(keepingCapacity: true)
        state.depth += 1
        if state.depth > XMLReader.maximumDepth { return state.stop(.tooLarge) }
        state.handler.start(XMLName(start: name))
      },
      { context, name in
        guard let state = State.from(context), let name else { return }
        state.depth -= 1
        state.handler.end(XMLName(start: name), text: state.text)
        state.text.removeAll(keepingCapacity: true)
      })
    XML_SetCharacterDataHandler(parser) { context, characters, count in
      guard let state = State.from(context), let characters else { return }
      if state.text.count + Int(count) > XMLReader.maximumText { return state.stop(.tooLarge) }
      state.text.append(contentsOf: UnsafeRawBufferPointer(start: characters, count: Int(count)))
    }
  }
}
