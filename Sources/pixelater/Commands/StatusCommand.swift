import ArgumentParser
import ObjectStore
import Pipeline
import Settings

struct StatusCommand: BackgroundCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Shows which objects have their renditions, and why the others have not.",
    usage: "pixelater status [<key> ...] [<options>]",
    discussion: """
      Rows come as the listing goes on, in key order, however many there are.

      EXAMPLES
        pixelater status --state failed partial
        pixelater status --prefix 2026/ --json | jq -r .key
        pixelater status --summary --json
      """)

  @Argument(help: "Only these objects.")
  var keys: [String] = []

  @Option(help: "Only keys that start with this.")
  var prefix = ""

  @OptionGroup var filter: StateFilter

  @Flag(help: "Only the totals.")
  var summary = false

  @Flag(help: "One JSON object a line.")
  var json = false

  @Flag(help: "Only the totals, as Prometheus reads them from a text file.")
  var prometheus = false

  @OptionGroup(title: "Common options") var common: CommonOptions

  func validate() throws {
    if !keys.isEmpty, !prefix.isEmpty { throw ValidationError("give keys or --prefix, not both") }
    if json, prometheus { throw ValidationError("give --json or --prometheus, not both") }
    if !keys.isEmpty, summary || prometheus {
      throw ValidationError("--summary and --prometheus count everything; leave the keys out")
    }
  }

  func work(_ session: Session) async throws(CommandFailure) -> ExitStatus {
    let workspace = try session.workspace(.reading)
    var report = StatusReport(session: session, json: json, states: filter.states, totalsOnly: summary)
    let summary = summary || prometheus
    var missing = false
    if summary {
      do throws(StoreError) {
        report.add(try await StatusSummary(workspace, prefix: prefix).totals(states: filter.states))
      } catch {
        throw CommandFailure(error, about: error.subject(in: workspace))
      }
    } else if keys.isEmpty {
      do throws(StoreError) {
        for try await batch in StatusListing(workspace, prefix: prefix) {
          batch.forEach { report.add($0) }
          session.output.flush()
          if session.output.isBroken { return .success }
        }
      } catch {
        throw CommandFailure(error, about: error.subject(in: workspace))
      }
    } else {
      for text in keys {
        do throws(StoreError) {
          if let key = ObjectKey(text), let row = try await StatusReader(workspace).row(key) {
            report.add(.object(row))
            continue
          }
        } catch {
          throw CommandFailure(error, about: text)
        }
        StandardError.report("\(text): no such object in \(workspace.source.location)")
        missing = true
      }
    }
    if prometheus { report.endForPrometheus(workspace) } else { report.end() }
    return missing ? .someFailed : .success
  }
}

/// Prints what a listing tells, as a table or as JSON.
struct StatusReport {
  let session: Session
  let json: Bool
  let states: Set<ObjectState>
  let totalsOnly: Bool
  private var totals = StatusTotals()
  private var hasHeader = false

  init(session: Session, json: Bool, states: Set<ObjectState> = [], totalsOnly: Bool = false) {
    self.session = session
    self.json = json
    self.states = states
    self.totalsOnly = totalsOnly
  }

  mutating func add(_ totals: StatusTotals) { self.totals = totals }

  mutating func add(_ item: StatusItem) {
    switch item {
    case .orphan: totals.orphans += 1
    case .strayRecord: break
    case .object(let row):
      let state = row.state
      guard states.isEmpty || states.contains(state) else { return }
      totals.count(state)
      if totalsOnly { return }
      if json {
        session.output.line(row.json)
      } else {
        header()
        session.output.line(session.text.status(row))
      }
    }
  }

  func end() {
    switch (json, totalsOnly) {
    case (true, true): session.output.line(totals.json)
    case (true, false): break
    case (false, true): printTotals()
    case (false, false):
      if totals.total > 0 { session.output.line("") }
      session.output.line(totals.sentence)
    }
    session.output.flush()
  }

  /// In the text format of Prometheus, version 0.0.4.
  func endForPrometheus(_ workspace: Workspace) {
    func quoted(_ text: String) -> String {
      let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
      return "\"\(escaped)\""
    }
    let place =
      "source=\(quoted(workspace.source.location.description)),destination=\(quoted(workspace.destination.location.description))"
    session.output.line("# HELP pixelater_objects Objects in the source, by the state of their renditions.")
    session.output.line("# TYPE pixelater_objects gauge")
    let counts = [
      ("complete", totals.complete), ("partial", totals.partial), ("pending", totals.pending), ("stale", totals.stale),
      ("failed", totals.failed), ("unsupported", totals.unsupported),
    ]
    for (state, count) in counts {
      session.output.line("pixelater_objects{\(place),state=\"\(state)\"} \(count)")
    }
    session.output.line("# HELP pixelater_orphans Renditions whose source is gone.")
    session.output.line("# TYPE pixelater_orphans gauge")
    session.output.line("pixelater_orphans{\(place)} \(totals.orphans)")
    session.output.flush()
  }

  private mutating func header() {
    guard !hasHeader else { return }
    hasHeader = true
    session.output.line(session.text.paint(TextStyle.statusHeader, .strong))
  }

  private func printTotals() {
    guard case .object(let fields) = totals.json else { return }
    for (name, value) in fields {
      let state = ObjectState(rawValue: name)
      session.output.line(
        session.text.paint(TextStyle.pad(name, 12), state.flatMap { session.text.ink($0) })
          + TextStyle.padLeft(value.description, 10))
    }
  }
}

extension StoreError {
  /// What a message about a whole listing should name: the location that was listed, as the listing tells it, or the object;
  /// where neither is told, both locations.
  func subject(in workspace: Workspace) -> String {
    key.isEmpty ? "\(workspace.source.location) or \(workspace.destination.location)" : key
  }
}
