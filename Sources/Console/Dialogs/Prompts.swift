import Pipeline
import PixelEngine

// What is typed at the foot: a filter, or a command.

extension ConsoleState {
  mutating func promptTakes(_ key: Key) -> [ConsoleEffect] {
    if key == .control("l") { return [.terminal(.redraw)] }
    if key == .control("z") { return [.terminal(.suspend)] }
    switch prompt {
    case .filter(let editor, let before): return filterTakes(key, editor, before)
    case .command(let line): return commandTakes(key, line)
    case nil: return []
    }
  }

  mutating func promptPastes(_ text: String) -> [ConsoleEffect] {
    switch prompt {
    case .filter(var editor, let before):
      editor.insert(text)
      prompt = .filter(editor, before: before)
      return filterChanged(to: editor.text)
    case .command(var line):
      line.editor.insert(text)
      prompt = .command(line)
      return []
    case nil: return []
    }
  }

  // MARK: - Filter

  private mutating func filterTakes(_ key: Key, _ editor: LineEditor, _ before: String) -> [ConsoleEffect] {
    var editor = editor
    switch key {
    case .enter:
      prompt = nil
      return []
    case .escape, .control("c"):
      prompt = nil
      return filterChanged(to: before)
    // The list can be walked while the filter is typed.
    case .up, .down:
      if case .help = dialog { return [] }
      return pagePerforms(key == .up ? .up : .down) ?? []
    default: break
    }
    if key == .backspace, editor.text.isEmpty {
      prompt = nil
      return []
    }
    let old = editor.text
    guard editor.take(key) else { return [] }
    prompt = .filter(editor, before: before)
    return editor.text == old ? [] : filterChanged(to: editor.text)
  }

  private mutating func filterChanged(to text: String) -> [ConsoleEffect] {
    if case .help(var help) = dialog {
      help.filterText = text
      help.scroll = 0
      dialog = .help(help)
      return []
    }
    if view == .records {
      records.setFilter(text, now: now, lines: layout.listLines)
      return []
    }
    return list == nil ? [] : setFilter(text)
  }

  // MARK: - Command line

  private mutating func commandTakes(_ key: Key, _ line: CommandPrompt) -> [ConsoleEffect] {
    var line = line
    switch key {
    case .escape, .control("c"):
      prompt = nil
      return []
    case .enter:
      prompt = nil
      return run(line.editor.text)
    case .backspace where line.editor.text.isEmpty:
      prompt = nil
      return []
    case .tab:
      if let completed = completion(of: line.editor.text) { line.editor = LineEditor(completed) }
    case .up, .down:
      let step = line.historyStep + (key == .up ? 1 : -1)
      guard step >= 0, step <= commandHistory.count else { return [] }
      line.historyStep = step
      line.editor = LineEditor(step == 0 ? "" : commandHistory[commandHistory.count - step])
    default:
      _ = line.editor.take(key)
      line.historyStep = 0
    }
    prompt = .command(line)
    return []
  }

  /// Words that take another: what may follow.
  private static let words = ["filter", "forget", "q", "rate", "save", "size", "sort", "state", "theme", "view"]

  /// What can be typed, in the order in which it is offered.
  func candidates(for text: String) -> [String] {
    let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let word = parts.first else {
      return NameMatch.best(of: Set(Action.allCases.map(\.rawValue)).union(Self.words), for: text)
    }
    let values: [String] =
      switch word {
      case "view", "forget": savedViews.map(\.name)
      case "theme": themes.names
      case "state": ["all"] + ObjectState.allCases.map(\.rawValue).filter { $0 != "running" && $0 != "queued" }
      case "sort":
        view == .records ? LetterSort.Column.allCases.map(\.rawValue) : RowSort.Column.allCases.map(\.rawValue)
      case "rate": ["0.5", "1", "5", "20", "off"]
      case "size": GridSize.allCases.map { "\($0.side)" }
      default: []
      }
    let best = NameMatch.best(of: values, for: String(parts[1]))
    return values.filter(best.contains).map { "\(word) \($0)" }
  }

  /// The text with all that is certain added: the only candidate, or what all of them begin with.
  func completion(of text: String) -> String? {
    let candidates = candidates(for: text)
    guard var common = candidates.first else { return nil }
    for candidate in candidates.dropFirst() { common = common.commonPrefix(with: candidate) }
    // Nothing certain to add: the first will do.
    return common.hasPrefix(text) && common.count > text.count ? common : candidates.first
  }

  mutating func run(_ text: String) -> [ConsoleEffect] {
    let text = text.trimmed
    guard !text.isEmpty else { return [] }
    return [.remember(text)] + carryOut(text)
  }

  private mutating func carryOut(_ text: String) -> [ConsoleEffect] {
    commandHistory.removeAll { $0 == text }
    commandHistory.append(text)
    if commandHistory.count > 200 { commandHistory.removeFirst() }
    let parts = text.split(separator: " ", maxSplits: 1)
    let word = String(parts[0])
    let value = parts.count > 1 ? String(parts[1]).trimmed : ""
    switch word {
    case "q": return perform(.quit)
    case "filter":
      guard list != nil || view == .records else { return refuse("A filter needs a list of objects or dead letters") }
      return filterChanged(to: value)
    case "theme" where !value.isEmpty:
      guard themes[value] != nil else { return refuse("There is no theme \(DisplayText.plain(value))") }
      theme = value
      return []
    case "sort" where !value.isEmpty:
      if view == .records {
        guard let column = LetterSort.Column(rawValue: value) else {
          return refuse("sort takes " + LetterSort.Column.allCases.map(\.rawValue).joined(separator: ", "))
        }
        records.setSort(LetterSort(column: column), now: now, lines: layout.listLines)
        return []
      }
      guard let column = RowSort.Column(rawValue: value) else {
        return refuse("sort takes " + RowSort.Column.allCases.map(\.rawValue).joined(separator: ", "))
      }
      guard list != nil else { return refuse("There is nothing to sort here") }
      return arrange { $0.query.sort = RowSort(column) }
    case "state":
      guard view == .objects else { return refuse("A state filter needs the view Objects") }
      let state = ObjectState(rawValue: value)
      guard state != nil || value == "all" else { return refuse("state takes all, or the name of a state") }
      return arrange { $0.query.state = state }
    case "rate": return setRate(value)
    case "view": return showView(named: value)
    case "save": return saveView(named: value)
    case "forget": return forgetView(named: value)
    case "size":
      guard let size = Int(value).flatMap(GridSize.init(rawValue:)) else {
        return refuse("size takes 8, 16, 32, 48 or 64")
      }
      preview.size = size
      preview.isSheet = false
      return []
    default: break
    }
    if let action = Action(rawValue: word), value.isEmpty { return perform(action) }
    // Letters that can mean one thing only will do.
    if value.isEmpty, candidates(for: word).count == 1, let action = candidates(for: word).first.flatMap(Action.init) {
      return perform(action)
    }
    return refuse("There is no command \(DisplayText.plain(text, unicode: unicode)): Tab shows what there is")
  }

  mutating func refuse(_ text: String) -> [ConsoleEffect] {
    say(.warning, text)
    return []
  }
}

extension String {
  var trimmed: String {
    var text = self[...]
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  func commonPrefix(with other: String) -> String {
    String(zip(self, other).prefix { $0 == $1 }.map(\.0))
  }
}
