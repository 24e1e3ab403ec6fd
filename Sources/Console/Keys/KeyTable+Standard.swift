extension KeyTable {
  package static let standard = KeyTable(bindings: moving + views + listing + work + preview + console + dialogs)

  private static func key(_ characters: Character...) -> [Key] { characters.map { .character($0) } }

  private static func binding(
    _ action: Action, _ keys: [Key], in scopes: Set<Scope>, _ group: KeyBinding.Group, _ label: String, _ help: String,
    footer: Int? = nil
  ) -> KeyBinding {
    KeyBinding(
      action: action, keys: keys, scopes: scopes, group: group, label: label, help: help, footerRank: footer)
  }

  /// Where one moves through lines.
  private static let scrolling = Scope.pages.subtracting([.zoom]).union([.help, .themes, .versions, .orphans])

  private static let moving: [KeyBinding] = [
    binding(.up, key("k") + [.up], in: scrolling, .moving, "up", "Up a line"),
    binding(.down, key("j") + [.down], in: scrolling, .moving, "down", "Down a line"),
    binding(.top, key("g") + [.home], in: scrolling, .moving, "top", "To the first line"),
    binding(.bottom, key("G") + [.end], in: scrolling, .moving, "bottom", "To the last line"),
    binding(.pageUp, [.pageUp, .control("b")], in: scrolling, .moving, "page up", "A page up"),
    binding(.pageDown, [.pageDown, .control("f")], in: scrolling, .moving, "page down", "A page down"),
    binding(.halfPageUp, [.control("u")], in: scrolling, .moving, "half up", "Half a page up"),
    binding(.halfPageDown, [.control("d")], in: scrolling, .moving, "half down", "Half a page down"),
    binding(
      .open, [.enter] + key("l") + [.right], in: Scope.views, .moving, "open",
      "Open the object or dead letter: all that is known of it",
      footer: 3),
    binding(
      .back, [.escape] + key("h") + [.left, .backspace], in: Scope.pages.subtracting([.zoom]), .moving, "back",
      "Back: first the range, then the filter, then the marks, then the page", footer: 1),
    binding(.nextPane, [.tab], in: Scope.pages, .moving, "pane", "To the next pane: list, preview"),
    binding(.previousPane, [.backTab], in: Scope.pages, .moving, "pane", "To the pane before"),
  ]

  private static let views: [KeyBinding] = [
    binding(.objects, key("1"), in: Scope.pages, .views, "objects", "Objects, each with its five renditions"),
    binding(.failed, key("2"), in: Scope.pages, .views, "failed", "What failed, why, and what to do"),
    binding(.jobs, key("3"), in: Scope.pages, .views, "jobs", "Jobs of this console: running, waiting, done"),
    binding(
      .records, key("4"), in: Scope.pages, .views, "records", "Dead letters of a queue or a function: what was given up"
    ),
    binding(.log, key("5", "L"), in: Scope.pages, .views, "log", "What was done, and when"),
    binding(
      .previousView, key("-"), in: Scope.pages.subtracting([.zoom]), .views, "previous",
      "The view before this one, as it was; `:save NAME` keeps a view, `:view NAME` shows it again"),
  ]

  private static let listing: [KeyBinding] = [
    binding(
      .filter, key("/"), in: [.list, .records, .help], .listing, "filter",
      "Filter as you type: words, `!word`, `state:failed` `missing:48` `err:damaged` `age<1h` `size>1mb`",
      footer: 4),
    binding(
      .stateFilter, key("f"), in: [.list], .listing, "state",
      "Only one state: failed, partial, stale, pending, complete",
      footer: 7),
    binding(.sort, key("s"), in: [.list, .records], .listing, "sort", "Sort by the next column", footer: 11),
    binding(.reverseSort, key("S"), in: [.list, .records], .listing, "reverse", "Turn the order round"),
    binding(.mark, key(" "), in: [.list, .records], .listing, "mark", "Mark or unmark, and go down", footer: 5),
    binding(.markRange, key("v"), in: [.list, .records], .listing, "range", "Begin or end a range of marks"),
    binding(.markAll, key("a"), in: [.list, .records], .listing, "mark all", "Mark all that the filter shows"),
    binding(
      .invertMarks, key("i"), in: [.list, .records], .listing, "invert", "Mark the others of what the filter shows"),
    binding(.unmarkAll, key("U"), in: [.list, .records], .listing, "unmark", "Take all marks away"),
  ]

  private static let work: [KeyBinding] = [
    binding(
      .reprocess, key("r"), in: [.list, .jobs, .details, .zoom], .work, "process",
      "Process the marked objects, else the one under the cursor; shows the plan first", footer: 2),
    binding(
      .reprocess, key("r"), in: [.versions], .work, "reprocess",
      "In versions: make the version the one that stands, and process it; asks first", footer: 2),
    binding(
      .redrive, key("r"), in: [.records, .letter], .work, "redrive",
      "Do again what the marked dead letters tell of, else the one under the cursor; shows the plan first", footer: 2),
    binding(
      .retryFailed, key("X"), in: Scope.pages, .work, "retry failed",
      "Process all that failed; the plan says what is left out, and why", footer: 2),
    binding(.cancelJob, key("x"), in: Scope.pages, .work, "cancel", "Cancel the job under the cursor", footer: 2),
    binding(.cancelAllJobs, [.alt("x")], in: Scope.pages, .work, "cancel all", "Cancel all jobs"),
    binding(
      .pauseJobs, key("P"), in: Scope.pages, .work, "pause jobs",
      "Pause the jobs of this console, or resume them: what runs is finished, nothing begins; `:rate 5` begins five a "
        + "second at most, `:rate off` as many as go", footer: 4),
    binding(
      .download, key("d"), in: [.list, .details, .zoom, .versions], .work, "download",
      "Download the marked objects, else the one under the cursor: source, renditions or both", footer: 13),
    binding(.upload, key("u"), in: Scope.pages, .work, "upload", "Upload a file into the source"),
    binding(
      .deleteRenditions, key("D") + [.delete], in: [.list, .details, .zoom, .orphans], .work, "delete",
      "Delete the renditions of the marked objects, else of the one under the cursor, or the orphans; asks first"),
    binding(
      .undo, key("B"), in: Scope.pages, .work, "bring back",
      "Bring back what was deleted last, where the destination keeps versions; asks first", footer: 14),
    binding(
      .versions, key("V"), in: [.list, .details, .zoom], .work, "versions",
      "The versions of the object, where its bucket keeps them", footer: 6),
    binding(
      .verify, key("C"), in: [.list, .details, .zoom], .work, "verify",
      "Hold the renditions of the marked objects, else of the one under the cursor, against their sources"),
    binding(
      .orphans, key("O"), in: Scope.pages, .work, "orphans",
      "Renditions whose source is gone, and removing them"),
    binding(
      .refresh, key("R") + [.function(5)], in: Scope.pages.union([.versions]), .work, "refresh",
      "List everything anew; in Records, look at the dead letters anew", footer: 12),
    binding(.pause, key("Z"), in: Scope.pages, .work, "pause", "Pause or resume the live refresh"),
  ]

  private static let preview: [KeyBinding] = [
    binding(.preview, key("p"), in: Scope.pages, .preview, "preview", "Preview beside the list, on or off", footer: 9),
    binding(
      .zoom, key("z"), in: [.list, .details, .zoom], .preview, "zoom", "Preview over the whole screen", footer: 8),
    binding(
      .zoom, key("z") + [.enter], in: [.versions], .preview, "zoom",
      "In versions: the picture of the version over the whole screen, or the list again", footer: 3),
    binding(.smaller, key("["), in: [.list, .details, .zoom, .versions], .preview, "smaller", "The next smaller size"),
    binding(
      .larger, key("]"), in: [.list, .details, .zoom, .versions], .preview, "larger", "The next larger size", footer: 10
    ),
    binding(
      .contactSheet, key("c"), in: [.list, .details, .zoom], .preview, "sheet",
      "All five sizes and the original, or one size",
      footer: 9),
    binding(
      .checkerboard, key("b"), in: [.list, .details, .zoom], .preview, "checker",
      "A checkerboard behind what is transparent, on or off"),
    binding(
      .difference, key("="), in: [.list, .details, .zoom], .preview, "difference",
      "The stored rendition against what would be made now; cells that differ stand out"),
    binding(.back, [.escape, .backspace], in: [.zoom], .preview, "back", "Back from the zoomed preview", footer: 1),
    binding(.magnify, key("+"), in: [.zoom], .preview, "magnify", "Larger", footer: 3),
    binding(.reduce, key("-"), in: [.zoom], .preview, "reduce", "Smaller", footer: 4),
    binding(.fit, key("0"), in: [.zoom], .preview, "fit", "All of it, as large as it goes"),
    binding(
      .panLeft, key("h") + [.left], in: [.zoom], .preview, "left", "Move over a picture that is larger than the screen"),
    binding(.panDown, key("j") + [.down], in: [.zoom], .preview, "down", "Likewise, down"),
    binding(.panUp, key("k") + [.up], in: [.zoom], .preview, "up", "Likewise, up"),
    binding(.panRight, key("l") + [.right], in: [.zoom], .preview, "right", "Likewise, to the right"),
  ]

  private static let console: [KeyBinding] = [
    binding(
      .copy, key("y"), in: [.list, .details, .zoom, .jobs, .records, .letter], .console, "copy",
      "Copy the object's key or location, or a link to it"),
    binding(
      .export, key("E"), in: Scope.pages, .console, "export",
      "Write what is shown to a file: text, ANSI, SVG, JSON, CSV"),
    binding(.theme, key("t"), in: Scope.pages, .console, "theme", "Choose a theme, seeing it at once"),
    binding(.command, key(":"), in: Scope.pages, .console, "command", "Type the name of any of these, Tab completes"),
    binding(.help, key("?") + [.function(1)], in: Scope.pages, .console, "help", "This help", footer: 0),
    binding(.mouse, key("%"), in: Scope.pages, .console, "mouse", "Leave the mouse to the terminal, or take it back"),
    binding(.redraw, [.control("l")], in: Set(Scope.allCases), .console, "redraw", "Paint the screen anew"),
    binding(.suspend, [.control("z")], in: Set(Scope.allCases), .console, "suspend", "Suspend; `fg` brings it back"),
    binding(.quit, key("q"), in: Scope.pages, .console, "quit", "Quit; asks only while jobs run", footer: 6),
    binding(
      .interrupt, [.control("c")], in: Set(Scope.allCases), .console, "interrupt",
      "Leave what is open, a filter or a dialog; else quit"),
  ]

  private static let answers: Set<Scope> = [
    .plan, .redrive, .help, .themes, .copy, .export, .quit, .versions, .orphans, .question,
  ]

  private static let dialogs: [KeyBinding] = [
    binding(
      .confirm, [.enter] + key("y"), in: [.plan, .redrive, .themes, .quit], .dialogs, "confirm", "Do it", footer: 0),
    binding(
      .dismiss, [.escape] + key("q", "n"), in: answers, .dialogs, "close", "Leave it", footer: 1),
    binding(
      .force, key("F"), in: [.plan], .dialogs, "force",
      "In a plan: take also what is complete, unsupported or known to be beyond help", footer: 2),
    binding(
      .runWay, key("w") + [.tab], in: [.plan, .redrive], .dialogs, "where",
      "In a plan: process here, by the queue's workers or by the function, as far as they are set", footer: 2),
    binding(
      .limit, key("L"), in: [.plan], .dialogs, "cap",
      "In a plan: how many objects it takes at most; the rest stay as they are, and marked, for a later run", footer: 3),
    binding(.yes, key("y"), in: [.question], .dialogs, "yes", "Yes, to a question that is answered No by default"),
    binding(.decline, [.enter], in: [.question], .dialogs, "no", "No", footer: 0),
  ]
}
