// What the dialogs that are answered No unless a person says otherwise have in common.

/// A number that has to be typed for Yes, where a single key would be too little.
package struct TypedAnswer: Hashable, Sendable {
  /// What has to be typed.
  package let number: Int
  /// What that does, and what Esc does, as a sentence goes on: "deletes them", "leaves them".
  let yes: String
  let no: String
  private(set) var editor = LineEditor()
  private(set) var problem: String?

  enum Verdict { case yes, no, open }

  init(_ number: Int, yes: String, no: String) {
    self.number = number
    self.yes = yes
    self.no = no
  }

  mutating func take(_ key: Key) -> Verdict {
    guard key == .enter else {
      _ = editor.take(key)
      problem = nil
      return .open
    }
    if editor.text.isEmpty { return .no }
    if editor.text.trimmed == "\(number)" { return .yes }
    problem = "\(number) is what \(yes); Esc \(no)"
    return .open
  }
}

/// A question as it is drawn: what it is about, line by line, and how it is answered.
struct Question {
  enum Answer {
    /// The key for Yes, and what it does.
    case key(String, label: String)
    /// What stands before the number, and what Esc does.
    case typed(TypedAnswer, prompt: String, leave: String)
  }

  let title: String
  var isDangerous = false
  let columns: Int
  private let unicode: Bool
  private(set) var lines: [(text: DisplayText, slot: Slot)] = []

  init(title: String, on canvas: borrowing Canvas) {
    self.title = title
    columns = min(64, canvas.size.columns - 4)
    unicode = canvas.unicode
  }

  mutating func add(_ text: String, _ slot: Slot) {
    lines += DisplayText(text, unicode: unicode).wrappedAtWords(to: max(8, columns)).map { ($0, slot) }
  }

  /// Adds the names of a few of so many objects.
  mutating func add(names: some Collection<String>, of count: Int) {
    for name in names {
      let text = DisplayText(name, unicode: unicode).truncated(to: columns, at: .middle, unicode: unicode)
      lines.append((text, .textBright))
    }
    if count > names.count { add("and \(Format.grouped(count - names.count)) more", .hint) }
  }
}

extension Canvas {
  mutating func draw(_ question: Question, _ answer: Question.Answer) {
    var question = question
    var foot = 2
    if case .typed(let typed, _, _) = answer {
      if let problem = typed.problem { question.add(problem, .error) }
      foot = 3
    }
    let inside = dialogFrame(
      title: question.title, columns: question.columns, rows: question.lines.count + foot, danger: question.isDangerous)
    for (i, line) in question.lines.prefix(max(0, inside.rows - foot + 1)).enumerated() {
      put(line.text, inside.column, inside.row + i, line.slot)
    }
    switch answer {
    case .key(let key, let label): buttons([("Enter", "no"), (key, label)], in: inside)
    case .typed(let typed, let prompt, let leave):
      let row = inside.row + inside.rows - 2
      let column = put(prompt, inside.column, row, .dialogDanger)
      drawEditor(typed.editor, column, row, columns: max(4, inside.column + inside.columns - column))
      buttons([("Enter", "no, unless it is typed"), ("Esc", leave)], in: inside)
    }
  }
}
