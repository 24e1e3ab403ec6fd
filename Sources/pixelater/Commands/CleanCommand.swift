import ArgumentParser
import Console
import Glibc
import ObjectStore
import Pipeline
import Settings

struct CleanCommand: BackgroundCommand {
  static let configuration = CommandConfiguration(
    commandName: "clean",
    abstract: "Removes renditions whose source is gone.",
    usage: "pixelater clean --orphans [<options>]",
    discussion: """
      Shows what would go, then asks; without a terminal --yes has to be given. Failure records of sources that are gone
      go with them. A source that came back meanwhile keeps its renditions.

      EXAMPLES
        pixelater clean --orphans --dry-run
        pixelater clean --orphans --yes
      """)

  @Flag(help: "Renditions and failure records whose source is gone.")
  var orphans = false

  @Flag(name: .customLong("dry-run"), help: "Show what would go and remove nothing.")
  var dryRun = false

  @Flag(help: "Do not ask.")
  var yes = false

  @Flag(help: "One JSON object a line.")
  var json = false

  @OptionGroup(title: "Common options") var common: CommonOptions

  func validate() throws {
    if !orphans { throw ValidationError("say what to remove: --orphans; add --dry-run to see it first") }
  }

  func work(_ session: Session) async throws(CommandFailure) -> ExitStatus {
    if !dryRun { try session.requireWritable() }
    let workspace = try session.workspace(.reading)
    let cleaner = OrphanCleaner(workspace: workspace)
    let plan = try await plan(cleaner, workspace) { item in
      if dryRun { show(item, "planned", session) }
    }
    if dryRun || plan.isEmpty {
      finish(plan, dryRun ? "to remove" : "removed", session)
      return .success
    }
    if !yes { try confirm(plan, isKept: await keepsVersions(workspace)) }
    var removed = CleanPlan()
    do throws(StoreError) {
      try await cleaner.clean { item in
        if item.key.hasPrefix(FailureRecord.prefix) {
          removed.records += 1
        } else {
          removed.renditions += 1
          removed.bytes += item.bytes
        }
        show(item, "removed", session)
      }
    } catch {
      throw CommandFailure(error, about: error.subject(in: workspace))
    }
    finish(removed, "removed", session)
    return .success
  }

  private func plan(
    _ cleaner: OrphanCleaner, _ workspace: Workspace, _ onItem: (CleanItem) -> Void
  ) async throws(CommandFailure) -> CleanPlan {
    var plan = CleanPlan()
    do throws(StoreError) {
      try await cleaner.forEach { item, isRecord in
        plan.records += isRecord ? 1 : 0
        plan.renditions += isRecord ? 0 : 1
        plan.bytes += isRecord ? 0 : item.bytes
        onItem(item)
      }
    } catch {
      throw CommandFailure(error, about: error.subject(in: workspace))
    }
    return plan
  }

  /// Whether the bucket keeps what is removed; where it does not say, it is taken not to.
  private func keepsVersions(_ workspace: Workspace) async -> Bool {
    guard let store = workspace.destination.store as? any VersionedStore else { return false }
    return (try? await store.versioning()) == .enabled
  }

  private func confirm(_ plan: CleanPlan, isKept: Bool) throws(CommandFailure) {
    guard isatty(STDIN_FILENO) == 1, StandardError.isTerminal else {
      throw CommandFailure(
        .refused,
        "\(Self.sentence(plan)) would be removed, and there is nobody to ask; give --yes, or --dry-run to look")
    }
    let outlook = isKept ? "The bucket keeps versions of them." : "This cannot be undone."
    StandardError.put("Remove \(Self.sentence(plan))? \(outlook) [y/N] ")
    let answer = readLine()?.lowercased() ?? ""
    guard answer == "y" || answer == "yes" else { throw CommandFailure(.refused, "nothing was removed") }
  }

  private func show(_ item: CleanItem, _ outcome: String, _ session: Session) {
    if json {
      session.output.line(["key": .string(item.key), "size": .number(item.bytes), "outcome": .string(outcome)])
    } else {
      session.output.line("\(TextStyle.padLeft(Format.bytes(item.bytes), 7))  \(session.text.safe(item.key))")
    }
  }

  private func finish(_ plan: CleanPlan, _ word: String, _ session: Session) {
    if json {
      session.output.line([
        "summary": [
          "renditions": .number(plan.renditions), "bytes": .number(plan.bytes), "records": .number(plan.records),
          "dryRun": .bool(dryRun),
        ]
      ])
    } else {
      session.output.line(plan.isEmpty ? "No orphans." : "\(Self.sentence(plan)) \(word)")
    }
  }

  private static func sentence(_ plan: CleanPlan) -> String {
    var text = "\(Format.count(plan.renditions, "orphan")) (\(Format.bytes(plan.bytes)))"
    if plan.records > 0 { text += " and \(Format.count(plan.records, "failure record"))" }
    return text
  }
}
