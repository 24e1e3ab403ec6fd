/// A named place for a style: what a theme file sets. Raw values are the names in the file.
package enum Slot: String, CaseIterable, Hashable, Sendable {
  // Base
  case text
  case textDim = "text.dim"
  case textBright = "text.bright"
  case background, border
  case borderFocus = "border.focus"
  case title
  case titleCount = "title.count"
  case titleFilter = "title.filter"
  case separator

  // List
  case header
  case headerSort = "header.sort"
  case rowCursor = "row.cursor"
  case rowCursorInactive = "row.cursor.inactive"
  case rowMarked = "row.marked"
  case rowNew = "row.new"
  case keyPrefix = "key.prefix"
  case keyName = "key.name"
  case match, size, date

  // State of an object
  case stateComplete = "state.complete"
  case statePartial = "state.partial"
  case stateMissing = "state.missing"
  case stateFailed = "state.failed"
  case stateStale = "state.stale"
  case stateOrphan = "state.orphan"
  case stateCorrupt = "state.corrupt"
  case stateQueued = "state.queued"
  case stateRunning = "state.running"
  case stateUnknown = "state.unknown"
  case stateIgnored = "state.ignored"

  // The five-slot cell
  case slotPresent = "slot.present"
  case slotMissing = "slot.missing"
  case slotStale = "slot.stale"
  case slotBad = "slot.bad"
  case slotPending = "slot.pending"

  // Messages
  case info, success, warning, error, hint
  case badgeReadonly = "badge.readonly"
  case badgeProduction = "badge.production"
  case badgeDemo = "badge.demo"

  // Controls
  case footerKey = "footer.key"
  case footerText = "footer.text"
  case prompt
  case promptSuggest = "prompt.suggest"
  case input, dialog
  case dialogDanger = "dialog.danger"
  case button
  case buttonFocus = "button.focus"
  case helpKey = "help.key"
  case helpText = "help.text"

  // Meters and preview
  case progressDone = "progress.done"
  case progressRest = "progress.rest"
  case sparkLow = "spark.low"
  case sparkMid = "spark.mid"
  case sparkHigh = "spark.high"
  case previewBorder = "preview.border"
  case previewCaption = "preview.caption"
  case previewAlphaA = "preview.alpha.a"
  case previewAlphaB = "preview.alpha.b"
  case diffChanged = "diff.changed"
}
