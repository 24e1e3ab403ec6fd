import CNcurses
import Console
import Glibc

/// Asks the terminal what only it knows: at most 200 ms, before the screen is opened. What the person typed meanwhile is
/// kept; what the terminal answers too late is swallowed by the key decoder.
struct CapabilityQuery {
  static let patience = 200

  /// What came back.
  struct Answer: Equatable {
    var directColor = false
    /// Columns a half block took; nil without an answer.
    var glyphColumns: Int?
    /// Bytes that were no answer: keys.
    var typed: [UInt8] = []
  }

  /// The bytes that ask. The last question is one that every terminal answers.
  static func question(_ questions: ColorDetection.Questions) -> [UInt8] {
    var text = ""
    if questions.contains(.glyphWidth) { text += "\r\u{2580}\u{1B}[6n\r\u{1B}[K" }
    // Set a colour, ask for the attributes in force (DECRQSS SGR), set it back.
    if questions.contains(.directColor) { text += "\u{1B}[0;38;2;1;2;3m\u{1B}P$qm\u{1B}\\\u{1B}[0m" }
    return Array((text + "\u{1B}[c").utf8)
  }

  /// Reads as much of an answer as there is.
  /// - Returns: nil while the last answer is still to come.
  static func read(_ bytes: [UInt8]) -> Answer? {
    var answer = Answer()
    var isComplete = false
    var index = 0
    while index < bytes.count {
      guard bytes[index] == 0x1B, index + 1 < bytes.count else {
        answer.typed.append(bytes[index])
        index += 1
        continue
      }
      if bytes[index + 1] == UInt8(ascii: "P"), let end = stringEnd(bytes, from: index + 2) {
        answer.directColor = answer.directColor || namesOurColor(bytes[(index + 2)..<end])
        index = end + 2
      } else if bytes[index + 1] == UInt8(ascii: "["),
        let final = bytes[(index + 2)...].firstIndex(where: { 0x40...0x7E ~= $0 })
      {
        let body = bytes[(index + 2)...final]
        if body.first == UInt8(ascii: "?"), bytes[final] == UInt8(ascii: "c") {
          isComplete = true
        } else if bytes[final] == UInt8(ascii: "R") {
          let numbers = body.dropLast().split(separator: UInt8(ascii: ";")).map {
            Int(String(decoding: $0, as: UTF8.self))
          }
          if numbers.count == 2, let column = numbers[1], column > 0 { answer.glyphColumns = column - 1 }
        } else {
          answer.typed += bytes[index...final]
        }
        index = final + 1
      } else {
        answer.typed.append(bytes[index])
        index += 1
      }
    }
    return isComplete ? answer : nil
  }

  /// `1 $ r ... 38;2;1;2;3 ... m`, with `:` in place of `;` by some.
  private static func namesOurColor(_ body: ArraySlice<UInt8>) -> Bool {
    let text = String(decoding: body, as: UTF8.self).replacing(":", with: ";").replacing(";;", with: ";")
    return text.hasPrefix("1$r") && text.contains("38;2;1;2;3")
  }

  private static func stringEnd(_ bytes: [UInt8], from start: Int) -> Int? {
    var index = start
    while index + 1 < bytes.count {
      if bytes[index] == 0x1B, bytes[index + 1] == UInt8(ascii: "\\") { return index }
      index += 1
    }
    return nil
  }

  /// Asks on standard input and output, which are a terminal whose modes have been saved.
  static func ask(_ questions: ColorDetection.Questions) -> Answer {
    guard !questions.isEmpty, cn_tty_raw() != 0 else { return Answer() }
    defer { cn_tty_restore() }
    let question = question(questions)
    guard cn_write_all(1, question, question.count) != 0 else { return Answer() }
    let deadline = Clock.milliseconds() + patience
    var received: [UInt8] = []
    while true {
      let left = deadline - Clock.milliseconds()
      if let answer = read(received) { return answer }
      var descriptor = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
      guard left > 0, received.count < KeyDecoder.sequenceLimit, poll(&descriptor, 1, Int32(left)) > 0,
        let bytes = StandardInput.read(), !bytes.isEmpty
      else { return Answer(typed: received) }
      received += bytes
    }
  }
}

extension ColorDetection {
  /// This verdict with the terminal's own answers.
  func answered(_ answer: CapabilityQuery.Answer) -> ColorDetection {
    var result = self
    result.questions = []
    if answer.directColor, questions.contains(.directColor) {
      result.capabilities.depth = .truecolor
      result.ground = .answered
    }
    if questions.contains(.glyphWidth), let columns = answer.glyphColumns {
      result.capabilities.unicode = columns == 1
    }
    return result
  }
}
