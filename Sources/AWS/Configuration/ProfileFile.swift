/// One of AWS's shared files, read: sections of properties, some of which have properties of their own.
///
/// The format is INI as the SDKs read it: `#` and `;` start a comment at the start of a line or after white space;
/// property names do not regard case; an indented line goes on with the value above or, below an empty value, is a nested
/// property; a section or property that comes again adds to or replaces the earlier one.
struct ProfileFile: Sendable {
  struct Property: Hashable, Sendable {
    var value: String
    /// From 1.
    let line: Int
    var nested: [String: Property] = [:]
  }

  struct Section: Sendable {
    let name: String
    var properties: [String: Property] = [:]
  }

  let path: String
  private(set) var sections: [String: Section] = [:]

  /// No file.
  init(path: String) {
    self.path = path
  }

  /// - Throws: `failed` with file and line, for what is no such file.
  init(path: String, content: [UInt8]) throws(CredentialError) {
    self.path = path
    guard
      let text = String(
        validating: content.starts(with: [0xEF, 0xBB, 0xBF]) ? content.dropFirst(3) : content[...], as: UTF8.self)
    else { throw .failed(source: path, detail: "it is not UTF-8 text") }
    var reader = Reader(path: path)
    // `\r\n` is one Character, and a newline.
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      try reader.read(line, number: index + 1)
    }
    sections = reader.sections
  }

  /// The file, or an empty one if it is not there.
  static func load(_ path: String) throws(CredentialError) -> ProfileFile {
    let content: [UInt8]
    do throws(SmallFile.Failure) {
      content = try SmallFile.read(path)
    } catch .missing {
      return ProfileFile(path: path)
    } catch {
      throw .failed(source: path, detail: error.detail)
    }
    return try ProfileFile(path: path, content: content)
  }
}

extension ProfileFile {
  private struct Reader {
    let path: String
    var sections: [String: Section] = [:]
    private var section: String?
    private var property: String?

    init(path: String) {
      self.path = path
    }

    mutating func read(_ line: Substring, number: Int) throws(CredentialError) {
      let text = ProfileFile.trim(line)
      guard let first = text.first, first != "#", first != ";" else { return }
      if first == "[", line.first == "[" {
        try open(text, number: number)
      } else if line.first?.isWhitespace == true, property != nil {
        try goOn(text, number: number)
      } else {
        try set(text, number: number)
      }
    }

    private mutating func open(_ text: Substring, number: Int) throws(CredentialError) {
      guard let end = text.firstIndex(of: "]") else {
        throw fault(number, "a section starts with '[' but has no ']'")
      }
      let rest = ProfileFile.trim(text[text.index(after: end)...])
      guard rest.isEmpty || rest.first == "#" || rest.first == ";" else {
        throw fault(number, "there is text behind the section's ']'")
      }
      let name = ProfileFile.sectionName(text[text.index(after: text.startIndex)..<end])
      guard !name.isEmpty else { throw fault(number, "the section has no name") }
      if sections[name] == nil { sections[name] = Section(name: name) }
      section = name
      property = nil
    }

    private mutating func set(_ text: Substring, number: Int) throws(CredentialError) {
      guard let section else { throw fault(number, "a setting stands before the first [section]") }
      let (name, value) = try pair(text, number: number)
      sections[section]?.properties[name] = Property(value: value, line: number)
      property = name
    }

    private mutating func goOn(_ text: Substring, number: Int) throws(CredentialError) {
      guard let section, let property, var whole = sections[section]?.properties[property] else { return }
      if whole.value.isEmpty {
        let (name, value) = try pair(text, number: number)
        whole.nested[name] = Property(value: value, line: number)
      } else {
        whole.value += "\n" + ProfileFile.withoutComment(text)
      }
      sections[section]?.properties[property] = whole
    }

    private func pair(_ text: Substring, number: Int) throws(CredentialError) -> (name: String, value: String) {
      guard let equals = text.firstIndex(of: "=") else {
        throw fault(number, "this is neither a [section] nor a setting with '='")
      }
      let name = ProfileFile.trim(text[..<equals]).lowercased()
      guard !name.isEmpty else { throw fault(number, "the setting has no name before '='") }
      return (name, ProfileFile.withoutComment(text[text.index(after: equals)...]))
    }

    /// The line itself is not shown: it may hold a secret.
    private func fault(_ number: Int, _ detail: String) -> CredentialError {
      .failed(source: "\(path), line \(number)", detail: detail)
    }
  }

  private static func trim(_ text: Substring) -> Substring {
    var text = text
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return text
  }

  private static func withoutComment(_ text: Substring) -> String {
    var previous: Character = "="
    for index in text.indices {
      if text[index] == "#" || text[index] == ";", previous == " " || previous == "\t" {
        return String(trim(text[..<index]))
      }
      previous = text[index]
    }
    return String(trim(text))
  }

  /// Words with one space between them, without quotation marks: `profile  "x y"` is `profile x y`.
  private static func sectionName(_ text: Substring) -> String {
    let words = trim(text).split(maxSplits: 1, whereSeparator: \.isWhitespace).map { word in
      let word = trim(word)
      guard word.count >= 2, let first = word.first, first == word.last, first == "\"" || first == "'" else {
        return word
      }
      return word.dropFirst().dropLast()
    }
    return words.joined(separator: " ")
  }
}
