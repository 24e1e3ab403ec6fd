package import ObjectStore
package import Pipeline

/// What was chosen, as people write locations.
package struct ChosenLocations: Hashable, Sendable {
  package var source: String
  package var destination: String

  package init(source: String, destination: String) {
    self.source = source
    self.destination = destination
  }
}

/// What the chooser knows before the first event.
package struct ChooserSetup: Sendable {
  /// Whose buckets they are, as a profile and a region or an endpoint tell it; foreign text.
  package var account: String
  /// Given already: only the other one is chosen then.
  package var source: String?
  package var destination: String?
  /// Seconds east of UTC, for dates.
  package var zone: Int
  /// What relative paths and `~` stand for where a folder is typed.
  package var paths: LocalPath
  package var capabilities: Capabilities
  package var theme: Theme

  package init(
    account: String, source: String? = nil, destination: String? = nil, zone: Int = 0,
    paths: LocalPath = .current, capabilities: Capabilities = Capabilities(),
    theme: Theme = .standard
  ) {
    self.account = account
    self.source = source
    self.destination = destination
    self.zone = zone
    self.paths = paths
    self.capabilities = capabilities
    self.theme = theme
  }
}

package struct ChooserEvent: Sendable {
  package enum Kind: Sendable {
    case started
    case input(InputEvent)
    case resized(ScreenSize)
    case tick
    case listed(Result<[BucketSummary], StoreError>, attempt: Int)
  }

  /// Seconds since 1970.
  package var time: Double
  package var kind: Kind

  package init(_ kind: Kind, at time: Double) {
    self.kind = kind
    self.time = time
  }
}

package enum ChooserEffect: Hashable, Sendable {
  /// Ask for the buckets; an answer to an attempt before is not wanted.
  case list(attempt: Int)
  case terminal(TerminalEffect)
}

/// The chooser of buckets as a value: source first, then destination.
package struct ChooserState: Sendable {
  package enum Phase: Hashable, Sendable {
    case loading
    case failed(StoreError)
    case loaded([BucketSummary])
  }

  package enum Step: Hashable, Sendable {
    case source, destination
  }

  /// What is being typed at the foot.
  package enum Typing: Hashable, Sendable {
    case filter(LineEditor, before: String)
    case location(LineEditor)
  }

  package let setup: ChooserSetup
  package internal(set) var size: ScreenSize
  package internal(set) var now = 0.0
  package internal(set) var phase = Phase.loading
  package internal(set) var attempt = 0
  /// When the attempt began.
  package internal(set) var since = 0.0
  package internal(set) var source: String?
  package internal(set) var destination: String?
  package internal(set) var filterText = ""
  package internal(set) var typing: Typing?
  package internal(set) var lines = LineList()
  /// Why what was chosen cannot be; safe to show.
  package internal(set) var problem: String?

  package init(setup: ChooserSetup, size: ScreenSize) {
    self.setup = setup
    self.size = size
    source = setup.source
    destination = setup.destination
  }

  package var step: Step { source == nil ? .source : .destination }

  package var chosen: ChosenLocations? {
    guard let source, let destination else { return nil }
    return ChosenLocations(source: source, destination: destination)
  }

  var unicode: Bool { setup.capabilities.unicode }

  /// The buckets that the filter shows.
  var buckets: [BucketSummary] {
    guard case .loaded(let all) = phase else { return [] }
    let wanted = filterText.lowercased()
    return wanted.isEmpty ? all : all.filter { $0.name.lowercased().contains(wanted) }
  }

  var current: BucketSummary? {
    let buckets = buckets
    return buckets.indices.contains(lines.cursor) ? buckets[lines.cursor] : nil
  }

  /// Lines of the list on screen: below title, locations, rule and headings, above status and footer.
  var listLines: Int { max(1, size.rows - (size.rows >= 10 ? 6 : 4)) }

  /// When the screen will look different though nothing happens; nil: never.
  package var nextTick: Double? { phase == .loading ? now.rounded(.down) + 1 : nil }
}
