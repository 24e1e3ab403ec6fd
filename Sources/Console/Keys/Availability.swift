import ObjectStore
import Pipeline

extension ConsoleState {
  /// Why an action cannot be done now, as a sentence; nil where it can.
  package func unavailability(of action: Action) -> String? {
    switch action {
    case .reprocess where scope == .versions: return versionObstacle
    case .reprocess:
      if setup.isReadOnly { return "Read-only: nothing is processed here" }
      if details == nil, view == .objects || view == .failed, !marks.isEmpty { return nil }
      return currentRow == nil ? "There is no object under the cursor" : nil
    case .redrive:
      if setup.isReadOnly { return "Read-only: nothing is redriven here" }
      guard view == .records else { return "Dead letters are redriven in \(setup.keys.mainKey(of: .records)) Records" }
      guard let canRedrive = records.canRedrive else { return "There is no dead letter under the cursor" }
      return !canRedrive
        ? "It is being redriven: \(setup.keys.mainKey(of: .jobs)) Jobs shows how far" : nil
    case .runWay:
      return places.ways.count > 1 ? nil : "Neither queue nor function is set: it is done here"
    case .force:
      if case .plan(let plan) = dialog, plan.way != .local {
        return "Others look for themselves what is to be done: forcing is for this process"
      }
      return nil
    case .limit:
      if case .plan(let plan) = dialog, plan.rows.count < 2 { return "It is one object: there is nothing to cap" }
      return nil
    case .pauseJobs: return setup.isReadOnly ? "Read-only: nothing is processed here" : nil
    case .retryFailed:
      if setup.isReadOnly { return "Read-only: nothing is processed here" }
      return table.totals.failed == 0 ? "Nothing has failed" : nil
    case .cancelJob:
      if let transfer = transferAtCursor { return transfer.ended == nil ? nil : "The transfer has ended" }
      return cancellableKey == nil ? "There is no job under the cursor" : nil
    case .cancelAllJobs: return jobs.isBusy || !transfers.running.isEmpty ? nil : "No job is running"
    case .download: return hasSelection ? nil : "There is no object under the cursor"
    case .upload: return setup.isReadOnly ? "Read-only: nothing is uploaded here" : nil
    case .deleteRenditions where scope == .orphans:
      if setup.isReadOnly { return "Read-only: nothing is deleted here" }
      return listing.orphans == 0 ? "There are no orphans" : nil
    case .deleteRenditions:
      if setup.isReadOnly { return "Read-only: nothing is deleted here" }
      return hasSelection ? nil : "There is no object under the cursor"
    case .undo: return undoObstacle
    case .verify: return hasSelection ? nil : "There is no object under the cursor"
    case .previousView: return previousView == nil ? "There is no view before this one" : nil
    case .versions:
      if currentRow == nil { return "There is no object under the cursor" }
      return setup.offers.contains(.versions) ? nil : "The source is a folder: it keeps no versions"
    case .open:
      if view == .log { return "There is nothing to open here" }
      if view == .records { return records.current == nil ? "There is no dead letter under the cursor" : nil }
      return currentRow == nil ? "There is no object under the cursor" : nil
    case .copy:
      if view == .records { return records.current?.keys.isEmpty == false ? nil : "It tells of no object here" }
      if view == .jobs, details == nil { return jobAtCursor == nil ? "There is no job here" : nil }
      return currentRow == nil ? "There is no object under the cursor" : nil
    case .zoom where scope == .versions, .smaller where scope == .versions, .larger where scope == .versions:
      return versionPictureObstacle
    case .zoom: return currentRow == nil && !isZoomed ? "There is no object under the cursor" : nil
    case .preview:
      if !hasPanePage { return "There is nothing to preview here" }
      return preview.isOpen || paneFits
        ? nil : "The preview needs a wider screen: \(setup.keys.mainKey(of: .zoom)) zooms it"
    case .nextPane, .previousPane:
      if isZoomed || layout.pane == nil {
        return "There is one pane: \(setup.keys.mainKey(of: .preview)) opens the preview"
      }
      return nil
    case .panLeft, .panRight, .panUp, .panDown:
      return preview.window == nil ? "All of it is shown: \(setup.keys.mainKey(of: .magnify)) magnifies it" : nil
    case .fit: return preview.window == nil ? "All of it is shown" : nil
    case .magnify, .reduce:
      return preview.isSheet
        ? "The sheet is as large as it goes: \(setup.keys.mainKey(of: .contactSheet)) shows one size" : nil
    case .smaller, .larger, .contactSheet, .checkerboard, .difference:
      return isZoomed || layout.pane != nil
        ? nil : "No preview is open: \(setup.keys.mainKey(of: .preview)) or \(setup.keys.mainKey(of: .zoom)) opens it"
    case .unmarkAll where view == .records: return records.marks.isEmpty ? "Nothing is marked" : nil
    case .mark, .markRange, .markAll, .invertMarks, .sort, .reverseSort, .filter:
      if case .help = dialog { return nil }
      if view == .records { return records.isEmpty ? "There are no dead letters" : nil }
      guard action != .sort, action != .reverseSort, action != .filter else { return nil }
      return (list?.count(in: table) ?? 0) == 0 ? "There is nothing to mark" : nil
    case .unmarkAll: return marks.isEmpty ? "Nothing is marked" : nil
    case .mouse: return setup.capabilities.mouse ? nil : "This terminal has no mouse"
    default: return nil
    }
  }

  /// The object whose job `x` would cancel.
  var cancellableKey: ObjectKey? {
    if details == nil, view == .jobs {
      guard let job = jobAtCursor else { return nil }
      if case .finished = job.phase { return nil }
      return job.key
    }
    guard let id = currentRow, table[id].job == .queued || table[id].job == .running else { return nil }
    return table.key(id)
  }
}
