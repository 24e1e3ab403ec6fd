/// Everything a person can do here. Raw values are the names on the command line (`:`) and in a key file.
package enum Action: String, CaseIterable, Hashable, Sendable {
  // Moving
  case up, down, top, bottom
  case pageUp = "page-up"
  case pageDown = "page-down"
  case halfPageUp = "half-page-up"
  case halfPageDown = "half-page-down"
  case open, back
  case nextPane = "next-pane"
  case previousPane = "previous-pane"

  // Views
  case objects, failed, jobs, records, log
  case previousView = "previous-view"

  // What is listed
  case filter
  case stateFilter = "state-filter"
  case sort
  case reverseSort = "reverse-sort"
  case mark
  case markRange = "mark-range"
  case markAll = "mark-all"
  case invertMarks = "invert-marks"
  case unmarkAll = "unmark-all"

  // Work
  case reprocess
  case retryFailed = "retry-failed"
  case redrive
  case cancelJob = "cancel-job"
  case cancelAllJobs = "cancel-all-jobs"
  case pauseJobs = "pause-jobs"
  case download, upload
  case deleteRenditions = "delete-renditions"
  case undo
  case versions, verify, orphans
  case refresh, pause

  // Preview
  case preview, zoom
  case smaller, larger
  case contactSheet = "contact-sheet"
  case checkerboard, difference
  case magnify, reduce, fit
  case panLeft = "pan-left"
  case panRight = "pan-right"
  case panUp = "pan-up"
  case panDown = "pan-down"

  // The console itself
  case copy, export
  case theme
  case command, help, redraw
  case mouse
  case suspend, quit
  case interrupt

  // In dialogs
  case confirm, dismiss, force
  case runWay = "run-way"
  case limit
  case yes, decline
}

/// Where a person is: decides what a key means.
package enum Scope: String, CaseIterable, Hashable, Sendable {
  /// Objects and Failed.
  case list
  case jobs
  case records
  /// A dead letter's page.
  case letter
  case log
  /// An object's page.
  case details
  /// The preview over the whole screen.
  case zoom
  case plan, help, themes, copy, export, quit
  /// The plan of a redrive.
  case redrive
  /// The versions of an object.
  case versions
  /// What is left of sources that are gone.
  case orphans
  /// A question that is answered No unless a person says otherwise.
  case question
  /// Lines of a dialog are being typed: but for a few, keys are letters.
  case form
  /// A line is being typed: the table is not asked.
  case prompt

  /// Where the keys that are good everywhere are good.
  static let pages: Set<Scope> = [.list, .jobs, .records, .letter, .log, .details, .zoom]
  static let views: Set<Scope> = [.list, .jobs, .records, .log]
}
