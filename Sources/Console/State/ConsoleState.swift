package import ObjectStore
package import Pipeline

/// The pages of the console.
package enum ConsoleView: String, CaseIterable, Hashable, Sendable {
  case objects, failed, jobs, records, log

  package var title: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
}

/// What is known before the first event and does not change.
package struct ConsoleSetup: Sendable {
  /// As people write them; foreign text.
  package var source: String
  package var destination: String
  package var naming: RenditionNaming
  package var isReadOnly: Bool
  package var isDemo: Bool
  /// Whether what is done here is done to what people rely on.
  package var isProduction: Bool
  /// With whose rights and where, in a few words: a profile, a server; empty where there is nothing to say.
  package var account: String
  /// Seconds east of UTC, for clock times.
  package var zone: Int
  package var capabilities: Capabilities
  package var keys: KeyTable
  package var themes: ThemeLibrary
  package var theme: String
  /// Where downloads go unless the person says otherwise; as people write it.
  package var folder: String
  /// What earlier consoles have kept.
  package var kept: KeptFiles
  /// What the stores can do besides; the session asks its backend.
  package internal(set) var offers = StoreOffers()
  /// What is set besides the locations; likewise.
  package internal(set) var places = EventPlaces()

  package init(
    source: String, destination: String, naming: RenditionNaming = RenditionNaming(), isReadOnly: Bool = false,
    isDemo: Bool = false, isProduction: Bool = false, account: String = "", folder: String = ".", zone: Int = 0,
    capabilities: Capabilities = Capabilities(),
    keys: KeyTable = .standard,
    themes: ThemeLibrary = ThemeLibrary(), theme: String = Theme.standard.name, kept: KeptFiles = KeptFiles()
  ) {
    self.source = source
    self.destination = destination
    self.naming = naming
    self.isReadOnly = isReadOnly
    self.isDemo = isDemo
    self.isProduction = isProduction
    self.account = account
    self.zone = zone
    self.capabilities = capabilities
    self.keys = keys
    self.themes = themes
    self.theme = theme
    self.folder = folder
    self.kept = kept
  }
}

/// What stores can do besides keeping objects.
package struct StoreOffers: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// Links to sources, by which anybody may read them for a while.
  package static let sourceLinks = StoreOffers(rawValue: 1)
  package static let renditionLinks = StoreOffers(rawValue: 2)
  /// Versions of sources.
  package static let versions = StoreOffers(rawValue: 4)
  /// Versions in the destination, so that deletions may be taken back.
  package static let renditionVersions = StoreOffers(rawValue: 8)
}

/// The whole console as a value.
package struct ConsoleState: Sendable {
  package internal(set) var setup: ConsoleSetup
  package internal(set) var size: ScreenSize
  package internal(set) var now = 0.0

  package internal(set) var table = RowTable()
  package internal(set) var marks = RowSet()
  package internal(set) var listing = ListingState()
  package internal(set) var jobs = JobBoard()
  /// Whether objects were handed to the jobs and none of them has been heard of yet.
  var hasSubmitted = false
  /// Whether nothing is to begin.
  package internal(set) var jobsArePaused = false
  /// Objects that begin in a second at most.
  package internal(set) var rate: ObjectRate?
  /// What was written and is not yet seen to stand.
  var proof = RoundProof()
  package internal(set) var transfers = TransferBoard()
  /// What was deleted here and can be brought back.
  package internal(set) var deletions = DeletionHistory()
  /// Whether the destination keeps what is deleted.
  package internal(set) var keeping = KeptDeletions.unknown
  package internal(set) var log = ActionLog()
  var depth = DepthState()
  package internal(set) var records = RecordsState()

  package internal(set) var view = ConsoleView.objects
  package internal(set) var objects = ObjectList()
  package internal(set) var failed = ObjectList(scope: .failed)
  package internal(set) var jobLines = LineList()
  package internal(set) var logLines = LineList()
  package internal(set) var details: DetailsPage?
  package internal(set) var preview = PreviewState()
  package internal(set) var previewHasFocus = false
  package internal(set) var isZoomed = false

  package internal(set) var dialog: Dialog?
  package internal(set) var prompt: Prompt?
  package internal(set) var message: Message?
  package internal(set) var commandHistory: [String]
  package internal(set) var savedViews: [SavedView]
  /// What was on screen before the view that is.
  var previousView: SavedView?
  package internal(set) var theme: String
  /// Those to choose from; they change when their files are saved.
  package internal(set) var themes: ThemeLibrary
  package internal(set) var isPaused = false
  /// When the oldest object that waits was last looked for.
  var oldestSought = 0.0
  /// Until when rows are marked as new.
  var noticesEnd = 0.0
  /// What changed while the live refresh was paused.
  package internal(set) var missed: BucketChange?
  package internal(set) var usesMouse: Bool
  package internal(set) var planGeneration = 0
  /// The newest question a dialog has put to the backend; older answers are ignored.
  package internal(set) var question = 0

  package init(setup: ConsoleSetup, size: ScreenSize) {
    self.setup = setup
    self.size = size
    theme = setup.theme
    commandHistory = setup.kept.commands
    savedViews = setup.kept.views
    themes = setup.themes
    usesMouse = setup.capabilities.mouse
    // The preview is what the console is for, so it is open wherever there is room beside the list.
    preview.isOpen = true
  }

  package var unicode: Bool { setup.capabilities.unicode }
  package var places: EventPlaces { setup.places }

  /// Where the person is.
  package var scope: Scope {
    if prompt != nil { return .prompt }
    switch dialog {
    case .plan(let plan): return plan.typed == nil ? .plan : .form
    case .redrive: return .redrive
    case .help: return .help
    case .themes: return .themes
    case .copy: return .copy
    case .export: return .export
    case .quit: return .quit
    case .versions: return .versions
    case .delete(let delete): return delete.typed == nil ? .question : .form
    case .restore(let restore): return restore.typed == nil ? .question : .form
    case .undo: return .question
    case .orphans: return .orphans
    case .upload(let upload): return upload.isAsking ? .question : .form
    case .download: return .form
    case nil: break
    }
    if isZoomed { return .zoom }
    if details != nil { return .details }
    switch view {
    case .objects, .failed: return .list
    case .jobs: return .jobs
    case .records: return records.page == nil ? .records : .letter
    case .log: return .log
    }
  }

  /// The list of objects on screen, if one is.
  package var list: ObjectList? {
    switch view {
    case .objects: objects
    case .failed: failed
    default: nil
    }
  }

  /// The row the person is at: of the page of details, or under the cursor.
  package var currentRow: RowID? {
    if let details { return table.id(of: details.key) }
    switch view {
    case .objects: return objects.arrangement.row(at: objects.cursor, in: table)
    case .failed: return failed.arrangement.row(at: failed.cursor, in: table)
    case .jobs: return jobAtCursor.flatMap { table.id(of: $0.key) }
    case .records, .log: return nil
    }
  }
}

/// How far the listing is.
package struct ListingState: Hashable, Sendable {
  package enum Phase: Hashable, Sendable {
    case idle, running, finished
    case failed(StoreError)
  }

  package var phase = Phase.idle
  package var number = 0
  /// Rows that this listing has brought.
  package var listed = 0
  package var orphans = 0
  package var orphanBytes: Int64 = 0
  /// The first of them.
  package var firstOrphans: [Orphan] = []

  /// Whether this listing has brought any, so that those of the one before are forgotten.
  var countsOrphans = false

  /// Most orphans kept by name.
  package static let keptOrphans = 1000

  /// Whether any listing has come to its end: until then what is missing may still come.
  package var isComplete = false
  /// When the listing began, and when it last brought anything.
  package var began = 0.0
  package var lastBatch = 0.0
  /// When the last one ended, and how long it took.
  var ended = 0.0
  var duration = 0.0
  /// When to list again, where a change came while that was too soon.
  var dueTime: Double?
  /// What the last one failed with: the same again is not said again.
  var saidError: StoreError?

  /// How long the store has brought nothing, from where it is worth saying, in seconds.
  static let silence = 5.0

  mutating func count(_ batch: ListedRows) {
    if !countsOrphans {
      countsOrphans = true
      orphans = 0
      orphanBytes = 0
      firstOrphans = []
    }
    orphans += batch.orphans
    orphanBytes += batch.orphanBytes
    firstOrphans += batch.firstOrphans.prefix(Self.keptOrphans - firstOrphans.count)
  }

  package init() {}
}

/// A list of lines that are not objects: a cursor and a scroll.
package struct LineList: Hashable, Sendable {
  package var cursor = 0
  package var top = 0
  package var filterText = ""

  package init() {}

  mutating func move(to index: Int, count: Int, lines: Int) {
    cursor = max(0, min(index, count - 1))
    let lines = max(1, lines)
    if cursor < top { top = cursor }
    if cursor >= top + lines { top = cursor - lines + 1 }
    top = max(0, min(top, count - lines))
  }
}

/// The page of one object.
package struct DetailsPage: Hashable, Sendable {
  package var key: ObjectKey
  package var scroll = 0
  /// What the renditions say of themselves; nil until they have been asked.
  package var renditions: [StoredRendition]?
  /// Which renditions were asked: others are asked anew.
  var asked: RenditionSet?
  /// What the source says of itself; nil until it has been asked, success of nil where it is gone.
  package var description: Result<SourceDescription?, StoreError>?
  /// The ETag of the source that was asked: another is asked anew.
  var described: String?
}

/// A line at the foot of the screen. It goes with the first key after its time, so that whoever looked away sees it;
/// what is under way takes the line before.
package struct Message: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    case info, success, warning, error
  }

  package var kind: Kind
  package var text: String
  /// When it was said.
  package var time: Double

  /// How long it stays whatever happens, in seconds.
  package var duration: Double { kind == .error || kind == .warning ? 12 : 5 }

  func isDue(at now: Double) -> Bool { now - time >= duration }
}

/// What was done, newest last.
package struct ActionLog: Hashable, Sendable {
  package struct Entry: Hashable, Sendable {
    package var time: Double
    package var kind: Message.Kind
    /// Safe to show.
    package var text: String
  }

  /// Most entries kept.
  package static let kept = 5000

  package private(set) var entries: [Entry] = []

  package mutating func add(_ kind: Message.Kind, _ text: String, at time: Double) {
    entries.append(Entry(time: time, kind: kind, text: text))
    if entries.count > Self.kept + 500 { entries.removeFirst(entries.count - Self.kept) }
  }
}

/// What is being typed at the foot.
package enum Prompt: Hashable, Sendable {
  /// A filter, with what it was before for Esc.
  case filter(LineEditor, before: String)
  case command(CommandPrompt)
}

package struct CommandPrompt: Hashable, Sendable {
  package var editor = LineEditor()
  /// How many steps back in the history; 0 is the line being typed.
  package var historyStep = 0
  package var problem: String?
}

/// What lies over the page.
package enum Dialog: Sendable {
  case plan(PlanDialog)
  case redrive(RedriveDialog)
  case help(HelpDialog)
  case themes(ThemePicker)
  case copy(CopyMenu)
  case export(ExportMenu)
  case versions(VersionsDialog)
  case download(DownloadDialog)
  case upload(UploadDialog)
  case delete(DeleteDialog)
  case undo(UndoDialog)
  case restore(RestoreDialog)
  case orphans(OrphansDialog)
  case quit
}

package struct PlanDialog: Sendable {
  /// Most digits of a cap: more objects than a bucket can be listed with here.
  static let limitDigits = 9

  package enum Origin: Hashable, Sendable {
    case marks, cursor, allFailed
  }

  package var origin: Origin
  package var rows: [RowID]
  /// The keys of `rows` while there are few: with the plan they tell why one is left out.
  package var policy: RunPolicy
  package var way = RunWay.local
  /// Most objects to take; nil: all.
  package var limit: Int?
  /// The limit as it is being typed.
  package var typed: LineEditor?
  /// What it was before.
  var limitBefore: Int?
  package var generation = 0
  /// Nil while it is being made.
  package var planned: PlannedRun?
}

package struct HelpDialog: Hashable, Sendable {
  package var scroll = 0
  package var filterText = ""
  /// Where the person was: what is unavailable there is said with its reason.
  package var from: Scope
}

package struct ThemePicker: Hashable, Sendable {
  package var cursor: Int
  package var before: String
}
