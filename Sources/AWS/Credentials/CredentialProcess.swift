internal import Glibc

/// A program of the user's that gives credentials (`credential_process`): JSON of version 1 on its standard output.
///
/// It is started without a shell, in a group of its own, with the environment it was configured in, and ended with all of
/// that group when it takes too long or says too much. Its standard error is not shown: it could hold anything.
struct CredentialProcess {
  /// Bytes of output.
  static let outputLimit = 64 << 10

  let environment: AWSEnvironment

  func run(_ command: String, source: String) async throws(CredentialError) -> Credentials {
    guard let words = CommandWords.split(command), !words.isEmpty else {
      throw .failed(source: source, detail: "its quotation marks do not match, or it is empty")
    }
    let child: ChildProcess
    do throws(ChildProcess.Failure) {
      child = try ChildProcess(words, environment: environment.variables)
    } catch {
      throw .failed(source: source, detail: "the program cannot be started: " + String(cString: strerror(error.code)))
    }
    defer { child.end() }
    let output: [UInt8]
    let clock = ContinuousClock()
    let deadline = clock.now + environment.processLimit
    do throws(ChildProcess.ReadFailure) {
      output = try await child.output(limit: Self.outputLimit, deadline: deadline)
    } catch {
      switch error {
      case .cancelled: throw .cancelled
      case .timeout: throw .failed(source: source, detail: "the program took longer than \(environment.processLimit)")
      case .tooLarge: throw .failed(source: source, detail: "the program wrote more than \(Self.outputLimit) bytes")
      case .broken(let code):
        throw .failed(source: source, detail: "reading from the program: " + String(cString: strerror(code)))
      }
    }
    var status: Int32?
    while true {
      status = child.status()
      if status != nil { break }
      guard clock.now < deadline else {
        throw .failed(source: source, detail: "the program took longer than \(environment.processLimit)")
      }
      do { try await Task.sleep(for: .milliseconds(2)) } catch { throw .cancelled }
    }
    guard status == 0 else {
      throw .failed(source: source, detail: "the program failed: run it by hand to see why")
    }
    let answer = try CredentialAnswer.decode(output, source: source)
    guard answer.Version == 1 else { throw .failed(source: source, detail: "its answer has no \"Version\": 1") }
    return try answer.credentials(origin: source)
  }
}

/// A command line taken apart as a POSIX shell does, without expanding anything.
enum CommandWords {
  /// Nil if a quotation mark is not closed, or a backslash ends the text.
  static func split(_ text: String) -> [String]? {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var iterator = text.makeIterator()
    while let character = iterator.next() {
      switch (quote, character) {
      case (let open?, _) where character == open: quote = nil
      case ("'", _): word?.append(character)
      case ("\"", "\\"):
        guard let next = iterator.next() else { return nil }
        if !"\"\\$`".contains(next) { word?.append("\\") }
        word?.append(next)
      case (nil, "\\"):
        guard let next = iterator.next() else { return nil }
        word = (word ?? "") + String(next)
      case (nil, "'"), (nil, "\""):
        quote = character
        word = word ?? ""
      case (nil, _) where character.isWhitespace:
        if let whole = word { words.append(whole) }
        word = nil
      default: word = (word ?? "") + String(character)
      }
    }
    guard quote == nil else { return nil }
    if let word { words.append(word) }
    return words
  }
}
