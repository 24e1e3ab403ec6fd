import FoundationEssentials
import ObjectStore
package import Pipeline

/// What is typed after `/` in the list of dead letters: words that must all hold, as in the lists of objects. A plain
/// word is searched for in names and places; `err:` in causes, `age<1h` in times.
package struct LetterFilter: Hashable, Sendable {
  private enum Test: Hashable, Sendable {
    case text(String, ignoringCase: Bool)
    case cause(String)
    case age(isLess: Bool, seconds: Double)
  }

  private struct Term: Hashable, Sendable {
    var inverted: Bool
    var test: Test
  }

  private var terms: [Term] = []
  /// Where plain words match, for marking.
  package private(set) var words = RowFilter()
  /// What could not be read, or says nothing of dead letters; such terms are left out.
  package private(set) var problems: [String] = []

  package init(_ text: String = "") {
    words = RowFilter(text)
    for part in text.split(whereSeparator: \.isWhitespace) {
      let inverted = part.first == "!" && part.count > 1
      let word = inverted ? part.dropFirst() : part
      if word.hasPrefix("err:") {
        let value = word.dropFirst(4).lowercased()
        if value.isEmpty {
          problems.append("err: takes a cause such as timeout, or a part of one")
        } else {
          terms.append(Term(inverted: inverted, test: .cause(value)))
        }
        continue
      }
      let parsed = RowFilter(String(word))
      problems += parsed.problems
      for term in parsed.terms {
        switch term.test {
        case .text(let text, let ignoringCase):
          terms.append(Term(inverted: inverted, test: .text(text, ignoringCase: ignoringCase)))
        case .age(let isLess, let seconds):
          terms.append(Term(inverted: inverted, test: .age(isLess: isLess, seconds: seconds)))
        case .state, .rendition, .faulty, .failure, .size:
          problems.append("dead letters have words, err: and age; \(DisplayText.plain(String(word))) is of objects")
        }
      }
    }
  }

  package var isEmpty: Bool { terms.isEmpty }

  /// - Parameter now: seconds since 1970, for ages.
  package func matches(_ letter: ReadLetter, now: Double) -> Bool {
    terms.allSatisfy { matches($0.test, letter, now) != $0.inverted }
  }

  private func matches(_ test: Test, _ letter: ReadLetter, _ now: Double) -> Bool {
    switch test {
    case .text(let word, let ignoringCase):
      let texts =
        [letter.name, letter.letter.id, letter.letter.place] + letter.keys.map(\.string)
        + letter.letter.events.map(\.bucket)
      return texts.contains { (ignoringCase ? $0.lowercased() : $0).contains(word) }
    case .cause(let value):
      return [letter.cause, letter.letter.condition, letter.letter.errorType, letter.record?.code.kind.rawValue]
        .contains { $0?.lowercased().contains(value) == true }
    case .age(let isLess, let seconds):
      guard let time = letter.letter.time?.timeIntervalSince1970 else { return false }
      return (now - time < seconds) == isLess
    }
  }
}
