internal import CExpat

/// Takes what an `XMLReader` finds. Names and texts are valid during the call alone.
protocol XMLHandler: AnyObject {
  /// An element has ended; those in it have before.
  ///
  /// - Parameters:
  ///   - depth: how many elements it stands in; 0 is the document's.
  ///   - text: the characters between this end and the tag before it: of a leaf all there is.
  func end(_ name: XMLName, depth: Int, text: Span<UInt8>)
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
///
/// A listing has a dozen elements an object and millions of objects, so what stands between expat and the handler is
/// plain memory: no reference is counted and no array grown for an element.
final class XMLReader {
  enum Fault: Error, Hashable, Sendable {
    /// What expat says of it.
    case malformed(String)
    case documentType
    case tooLarge
  }

  private let parser: XML_Parser
  private let state: UnsafeMutablePointer<State>

  private struct State {
    let handler: any XMLHandler
    let parser: XML_Parser
    /// Room for `maximumText` bytes.
    let text: UnsafeMutablePointer<UInt8>
    var count = 0
    var depth = 0
    var fault: Fault?

    mutating func stop(_ fault: Fault) {
      self.fault = fault
      XML_StopParser(parser, 0)
    }
  }

  private static let maximumDepth = 32
  /// Bytes of one element's text. The longest that S3 sends is a key, 3 KiB percent-encoded.
  private static let maximumText = 64 << 10

  init(_ handler: any XMLHandler) {
    guard let parser = XML_ParserCreate(nil) else { fatalError("expat has no memory to start with") }
    self.parser = parser
    state = .allocate(capacity: 1)
    state.initialize(to: State(handler: handler, parser: parser, text: .allocate(capacity: Self.maximumText)))
    install()
  }

  deinit {
    XML_ParserFree(parser)
    state.pointee.text.deallocate()
    state.deinitialize(count: 1)
    state.deallocate()
  }

  /// Takes the next bytes of the document.
  func feed(_ bytes: [UInt8]) throws(Fault) { try parse(bytes, isLast: false) }

  /// Says that the document has ended.
  func finish() throws(Fault) { try parse([], isLast: true) }

  private func parse(_ bytes: [UInt8], isLast: Bool) throws(Fault) {
    let status = bytes.withUnsafeBytes { bytes in
      XML_Parse(
        parser, bytes.bindMemory(to: CChar.self).baseAddress, Int32(clamping: bytes.count), isLast ? 1 : 0)
    }
    if let fault = state.pointee.fault { throw fault }
    guard status == XML_STATUS_OK else {
      throw .malformed(XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) } ?? "no XML")
    }
  }

  private func install() {
    XML_SetUserData(parser, state)
    XML_SetStartDoctypeDeclHandler(parser) { context, _, _, _, _ in
      context?.assumingMemoryBound(to: State.self).pointee.stop(.documentType)
    }
    XML_SetElementHandler(
      parser,
      { context, _, _ in
        guard let state = context?.assumingMemoryBound(to: State.self) else { return }
        guard state.pointee.depth < XMLReader.maximumDepth else { return state.pointee.stop(.tooLarge) }
        state.pointee.depth += 1
        state.pointee.count = 0
      },
      { context, name in
        guard let state = context?.assumingMemoryBound(to: State.self), let name else { return }
        state.pointee.depth -= 1
        let text = UnsafeBufferPointer(start: state.pointee.text, count: state.pointee.count)
        state.pointee.handler.end(XMLName(start: name), depth: state.pointee.depth, text: text.span)
        state.pointee.count = 0
      })
    XML_SetCharacterDataHandler(parser) { context, characters, count in
      guard let state = context?.assumingMemoryBound(to: State.self), let characters else { return }
      let (start, count) = (state.pointee.count, Int(count))
      guard count <= XMLReader.maximumText - start else { return state.pointee.stop(.tooLarge) }
      UnsafeMutableRawPointer(state.pointee.text + start).copyMemory(from: characters, byteCount: count)
      state.pointee.count = start + count
    }
  }
}
