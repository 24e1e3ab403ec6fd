import ObjectStore
import Pipeline

/// What an event does to the chooser: changes the state, and answers what has to be done outside. Pure.
package func update(_ state: inout ChooserState, _ event: ChooserEvent) -> [ChooserEffect] {
  state.now = max(state.now, event.time)
  return state.take(event.kind)
}

extension ChooserState {
  fileprivate mutating func take(_ event: ChooserEvent.Kind) -> [ChooserEffect] {
    switch event {
    case .started: return list()
    case .tick: return []
    case .resized(let size):
      self.size = size
      move(to: lines.cursor)
      return []
    case .listed(let result, let attempt):
      guard attempt == self.attempt else { return [] }
      switch result {
      case .success(let buckets): phase = .loaded(buckets)
      case .failure(let error): phase = .failed(error)
      }
      move(to: 0)
      return []
    case .input(.key(let key)): return typing == nil ? take(key) : type(key)
    case .input(.paste(let text)): return paste(text)
    case .input(.mouse(let mouse)): return take(mouse)
    }
  }

  private mutating func list() -> [ChooserEffect] {
    attempt += 1
    since = now
    phase = .loading
    problem = nil
    return [.list(attempt: attempt)]
  }

  private mutating func move(to index: Int) {
    lines.move(to: index, count: buckets.count, lines: listLines)
  }

  // MARK: - Keys

  private mutating func take(_ key: Key) -> [ChooserEffect] {
    problem = nil
    switch key {
    case .up, .character("k"): move(to: lines.cursor - 1)
    case .down, .character("j"): move(to: lines.cursor + 1)
    case .home, .character("g"): move(to: 0)
    case .end, .character("G"): move(to: buckets.count - 1)
    case .pageUp, .control("b"): move(to: lines.cursor - max(1, listLines - 1))
    case .pageDown, .control("f"): move(to: lines.cursor + max(1, listLines - 1))
    case .control("u"): move(to: lines.cursor - max(1, listLines / 2))
    case .control("d"): move(to: lines.cursor + max(1, listLines / 2))
    case .enter, .right, .character("l"):
      if let current { return choose("s3://\(current.name)/") }
    case .character("p"): typing = .location(LineEditor("s3://" + (current.map { $0.name + "/" } ?? "")))
    case .character("/"): typing = .filter(LineEditor(filterText), before: filterText)
    case .character("r"), .character("R"), .function(5): return list()
    case .escape, .left, .backspace, .character("h"): goBack()
    case .character("q"), .control("c"): return [.terminal(.quit(status: 0))]
    case .control("l"): return [.terminal(.redraw)]
    case .control("z"): return [.terminal(.suspend)]
    default: break
    }
    return []
  }

  /// First the filter, then the source that was chosen.
  private mutating func goBack() {
    if !filterText.isEmpty {
      setFilter("")
    } else if setup.source == nil, let source {
      self.source = nil
      // Back where it was chosen.
      let name = source.dropFirst("s3://".count).prefix { $0 != "/" }
      move(to: buckets.firstIndex { $0.name == name } ?? 0)
    } else {
      problem = "q quits"
    }
  }

  private mutating func setFilter(_ text: String) {
    filterText = text
    move(to: 0)
  }

  // MARK: - Typing

  private mutating func type(_ key: Key) -> [ChooserEffect] {
    if key == .control("l") { return [.terminal(.redraw)] }
    if key == .control("z") { return [.terminal(.suspend)] }
    switch typing {
    case .filter(var editor, let before):
      switch key {
      case .enter: typing = nil
      case .escape, .control("c"):
        typing = nil
        setFilter(before)
      case .up: move(to: lines.cursor - 1)
      case .down: move(to: lines.cursor + 1)
      default:
        let old = editor.text
        _ = editor.take(key)
        typing = .filter(editor, before: before)
        if editor.text != old { setFilter(editor.text) }
      }
    case .location(var editor):
      switch key {
      case .enter: return choose(editor.text.trimmed)
      case .escape, .control("c"):
        typing = nil
        problem = nil
      default:
        _ = editor.take(key)
        problem = nil
        typing = .location(editor)
      }
    case nil: break
    }
    return []
  }

  private mutating func paste(_ text: String) -> [ChooserEffect] {
    switch typing {
    case .filter(var editor, let before):
      editor.insert(text)
      typing = .filter(editor, before: before)
      setFilter(editor.text)
    case .location(var editor):
      editor.insert(text)
      typing = .location(editor)
    case nil: break
    }
    return []
  }

  // MARK: - Choosing

  /// Takes a location for the step, or says why not.
  private mutating func choose(_ text: String) -> [ChooserEffect] {
    let location: Location
    do throws(LocationError) {
      location = try parse(text)
    } catch {
      problem = DisplayText.plain(explanation(of: error), unicode: unicode)
      return []
    }
    switch step {
    case .source:
      if let destination, let other = try? parse(destination), location.overlaps(other) { return refuse() }
      source = location.description
    case .destination:
      if let source, let other = try? parse(source), location.overlaps(other) { return refuse() }
      destination = location.description
    }
    typing = nil
    problem = nil
    filterText = ""
    if chosen != nil { return [.terminal(.quit(status: 0))] }
    move(to: 0)
    return []
  }

  private mutating func refuse() -> [ChooserEffect] {
    let hint = typing == nil ? "choose another bucket, or p types a prefix" : "type another prefix or bucket"
    problem = "Source and destination overlap, so that renditions would become sources without end: \(hint)"
    return []
  }

  /// A prefix is taken for a folder: `photos` is meant as `photos/`, and does not begin `photos-small/`.
  private func parse(_ text: String) throws(LocationError) -> Location {
    let location = try Location(
      parsing: text, workingDirectory: setup.paths.workingDirectory, home: setup.paths.home)
    guard case .bucket = location.place, !location.prefix.isEmpty, !location.prefix.hasSuffix("/") else {
      return location
    }
    return Location(place: location.place, prefix: location.prefix + "/")
  }

  // MARK: - Mouse

  private mutating func take(_ mouse: MouseEvent) -> [ChooserEffect] {
    guard typing == nil else { return [] }
    switch mouse.kind {
    case .wheelUp: move(to: lines.cursor - 3)
    case .wheelDown: move(to: lines.cursor + 3)
    case .press, .doublePress:
      let line = mouse.point.row - (size.rows - 2 - listLines)
      guard line >= 0, line < listLines, lines.top + line < buckets.count else { return [] }
      move(to: lines.top + line)
      if mouse.kind == .doublePress { return take(.enter) }
    }
    return []
  }
}
