import ObjectStore
import Pipeline
import PixelEngine

/// What an event does to the console: changes the state, and answers what has to be done outside. Pure.
package func update(_ state: inout ConsoleState, _ event: ConsoleEvent) -> [ConsoleEffect] {
  state.now = max(state.now, event.time)
  if case .input = event.kind, state.message?.isDue(at: state.now) == true { state.message = nil }
  var effects = state.take(event.kind)
  effects += state.relistIfDue()
  effects += state.askDepthIfDue()
  state.findOldest()
  effects += state.followPreview()
  effects += state.followDetails()
  return effects
}

extension ConsoleState {
  fileprivate mutating func take(_ event: ConsoleEvent.Kind) -> [ConsoleEffect] {
    switch event {
    case .started:
      for problem in setup.kept.problems { say(.warning, problem) }
      return startListing() + askDepth()
    case .input(let input): return take(input)
    case .resized(let size):
      self.size = size
      reveal()
      return []
    case .tick: return []
    case .listed(let rows, let listing): return listed(rows, listing: listing)
    case .listingEnded(let error, let listing): return listingEnded(error, listing: listing)
    case .read(let readings): return take(readings)
    case .changed(let change): return take(change)
    case .jobs(let events): return take(events)
    case .arranged(let arrangement, let view, let generation):
      let lines = layout.listLines
      switch view {
      case .objects: objects.arranged(arrangement, generation: generation, table: table, lines: lines)
      case .failed: failed.arranged(arrangement, generation: generation, table: table, lines: lines)
      default: break
      }
      return []
    case .planned(let planned, let generation):
      if case .plan(var plan) = dialog, plan.generation == generation {
        plan.planned = planned
        dialog = .plan(plan)
      }
      return []
    case .previewed(let answer):
      preview.pictures.insert(answer.result, for: answer.id)
      return []
    case .linked(let result, let generation): return linked(result, generation: generation)
    case .versions(let result, let generation): return take(versions: result, generation: generation)
    case .versioning(let result):
      if let told = try? result.get() { keeping = .told(told) } else if keeping == .asked { keeping = .notTold }
      return []
    case .completed(let completion, let generation): return completed(completion, generation: generation)
    case .downloadChecked(let result, let generation): return downloadChecked(result, generation: generation)
    case .uploadChecked(let result, let generation): return uploadChecked(result, generation: generation)
    case .transfer(let report): return take(report)
    case .depth(let answer, let generation): return take(answer, generation: generation)
    case .looked(let look, let generation): return take(look, generation: generation)
    case .inspected(let key, let result):
      inspected(key, result)
      return []
    case .described(let key, let etag, let result):
      if details?.key == key, details?.described == etag { details?.description = result }
      return []
    case .exported(let result): return exported(result)
    case .notKept(let problem):
      say(.error, problem.text)
      return []
    case .themes(let change): return take(change)
    }
  }

  private mutating func take(_ input: InputEvent) -> [ConsoleEffect] {
    switch input {
    case .key(let key):
      if prompt != nil { return promptTakes(key) }
      if case .copy = dialog { return copyMenuTakes(key) }
      if case .export = dialog { return exportMenuTakes(key) }
      if scope == .form { return formTakes(key) }
      guard let action = setup.keys.action(for: key, in: scope) else { return [] }
      return perform(action)
    case .paste(let text): return prompt == nil && scope == .form ? formPastes(text) : promptPastes(text)
    case .mouse(let mouse): return take(mouse)
    }
  }

  /// Does what a key or the command line asks for, or says why not.
  mutating func perform(_ action: Action) -> [ConsoleEffect] {
    if let reason = unavailability(of: action) {
      say(.warning, reason)
      return []
    }
    if let effects = dialogPerforms(action) { return effects }
    if let effects = pagePerforms(action) { return effects }
    return consolePerforms(action)
  }

  // MARK: - What is the same everywhere

  private mutating func consolePerforms(_ action: Action) -> [ConsoleEffect] {
    switch action {
    case .objects, .failed, .jobs, .records, .log:
      if let view = ConsoleView(rawValue: action.rawValue) { show(view) }
      if view == .records, records.phase == .idle { return look() }
    case .previousView: return showPreviousView()
    case .refresh: return refresh()
    case .pause: return togglePause()
    case .preview:
      preview.isOpen.toggle()
      previewHasFocus = false
      reveal()
    case .zoom:
      isZoomed.toggle()
      preview.window = nil
    case .smaller: stepPreview(by: -1)
    case .larger: stepPreview(by: 1)
    case .contactSheet:
      preview.isSheet.toggle()
      preview.showsDifference = false
      preview.window = nil
    case .checkerboard: preview.showsCheckerboard.toggle()
    case .difference: toggleDifference()
    case .magnify, .reduce, .fit, .panLeft, .panRight, .panUp, .panDown: moveWindow(action)
    case .nextPane, .previousPane: previewHasFocus.toggle()
    case .reprocess: return planForSelection()
    case .retryFailed: return planForAllFailed()
    case .cancelJob:
      if let transfer = transferAtCursor {
        log.add(.info, "cancel asked for: \(transfer.title)", at: now)
        return [.cancelTransfer(transfer.id)]
      }
      guard let key = cancellableKey else { return [] }
      log.add(.info, "cancel asked for: \(DisplayText.plain(key.string, unicode: unicode))", at: now)
      return [.cancel(key)]
    case .cancelAllJobs:
      log.add(.info, "cancel of all jobs asked for", at: now)
      return [.cancelAll] + transfers.running.map { .cancelTransfer($0.id) }
    case .pauseJobs: return togglePauseOfJobs()
    case .download: return openDownload()
    case .upload: return openUpload()
    case .deleteRenditions: return openDelete()
    case .undo: return openUndo()
    case .versions: return openVersions()
    case .verify: return beginVerification()
    case .orphans: dialog = .orphans(OrphansDialog())
    case .copy:
      if let id = currentRow {
        let renditions = table[id].renditions
        dialog = .copy(CopyMenu(key: table.key(id), sizes: GridSize.allCases.filter { renditions[$0] != .missing }))
      } else if view == .jobs, let job = jobAtCursor {
        dialog = .copy(CopyMenu(key: job.key))
      }
    case .export: dialog = .export(ExportMenu())
    case .theme:
      dialog = .themes(ThemePicker(cursor: themes.names.firstIndex(of: theme) ?? 0, before: theme))
    case .command: prompt = .command(CommandPrompt())
    case .help: dialog = .help(HelpDialog(from: scope))
    case .redraw: return [.terminal(.redraw)]
    case .mouse:
      usesMouse.toggle()
      say(.info, usesMouse ? "The mouse works here" : "The mouse is the terminal's: select and copy as usual")
      return [.terminal(.setMouse(usesMouse))]
    case .suspend: return [.terminal(.suspend)]
    case .quit, .interrupt:
      guard jobs.isBusy || hasSubmitted || !transfers.running.isEmpty else { return [.terminal(.quit(status: 0))] }
      dialog = .quit
    case .back: return goBack()
    default: break
    }
    return []
  }

  mutating func show(_ view: ConsoleView) {
    if view != self.view { previousView = shownView(named: "") }
    self.view = view
    details = nil
    records.page = nil
    isZoomed = false
    previewHasFocus = false
    reveal()
  }

  private mutating func goBack() -> [ConsoleEffect] {
    if isZoomed {
      isZoomed = false
    } else if previewHasFocus {
      previewHasFocus = false
    } else if details != nil {
      details = nil
    } else if list != nil {
      return listGoesBack()
    } else if view != .objects {
      show(.objects)
    }
    return []
  }

  mutating func stepPreview(by step: Int) {
    let sizes = GridSize.allCases
    guard let index = sizes.firstIndex(of: preview.size), sizes.indices.contains(index + step) else { return }
    preview.size = sizes[index + step]
    preview.window = nil
  }

  mutating func say(_ kind: Message.Kind, _ text: String) {
    message = Message(kind: kind, text: text, time: now)
    if kind == .error || kind == .warning || kind == .success { log.add(kind, text, at: now) }
  }

  /// The line at the foot: what was said last, unless its time is over and something is under way.
  var footMessage: Message? {
    guard let message, message.isDue(at: now) else { return message ?? lastingMessage }
    return lastingMessage ?? message
  }

  /// What holds for as long as something is so.
  var lastingMessage: Message? { transferMessage ?? listingMessage }

  /// Keeps every cursor on screen after the page has changed its size.
  mutating func reveal() {
    let lines = layout.listLines
    objects.reveal(lines: lines, count: objects.count(in: table))
    failed.reveal(lines: lines, count: failed.count(in: table))
    jobLines.move(to: jobLines.cursor, count: jobLineCount, lines: lines)
    records.move(to: records.lines.cursor, lines: lines)
    logLines.move(to: logLines.cursor, count: log.entries.count, lines: lines)
  }
}
