import ArgumentParser
import Console
import ObjectStore
import Pipeline
import PixelEngine
import Settings

struct VerifyCommand: BackgroundCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Decodes the stored renditions and holds them against their sources.",
    usage: "pixelater verify [<key> ...] [<options>]",
    discussion: """
      Checks format, size, flat cells, colours and the version of the source. What is missing is not its matter: that is
      what 'status' tells. Ends with status 1 if something is wrong.

      EXAMPLES
        pixelater verify
        pixelater verify holiday/sun.png --json
      """)

  @Argument(help: "Only these objects.")
  var keys: [String] = []

  @Option(help: "Only keys that start with this.")
  var prefix = ""

  @Flag(help: "One JSON object a line: each rendition with its verdict.")
  var json = false

  @OptionGroup(title: "Common options") var common: CommonOptions

  func validate() throws {
    if !keys.isEmpty, !prefix.isEmpty { throw ValidationError("give keys or --prefix, not both") }
  }

  /// What became of one object.
  private enum Verdict: Sendable {
    case checked(ObjectKey, [VerifyResult])
    case unreadable(ObjectKey, Failure)
    case missing(String)
    case stopped(StoreError)
  }

  func work(_ session: Session) async throws(CommandFailure) -> ExitStatus {
    let workspace = try session.workspace(.reading)
    let verifier = Verifier(workspace: workspace, engine: session.engine)
    let together = session.runOptions.decoders * 2
    var tally = Tally()
    do throws(StoreError) {
      if keys.isEmpty {
        for try await batch in StatusListing(workspace, prefix: prefix, details: false) {
          let rows = batch.compactMap { item in
            if case .object(let row) = item { row } else { nil }
          }
          await rows.sideBySide(together) {
            await Self.verdict(on: $0, verifier)
          } take: {
            show($0, session, workspace, &tally)
          }
        }
      } else {
        await keys.sideBySide(together) {
          await Self.verdict(on: $0, workspace, verifier)
        } take: {
          show($0, session, workspace, &tally)
        }
        if let stopped = tally.stopped { throw stopped }
      }
    } catch {
      throw CommandFailure(error, about: error.subject(in: workspace))
    }
    if Task.isCancelled { return .interrupted }
    if !json {
      session.output.line(
        "\(Format.count(tally.checked, "rendition")) checked, \(Format.count(tally.faults, "fault")) found")
    }
    return tally.faults > 0 ? .someFailed : .success
  }

  private struct Tally {
    var checked = 0
    var faults = 0
    /// The first reason why an object could not even be looked for.
    var stopped: StoreError?
  }

  private static func verdict(on row: StatusRow, _ verifier: Verifier) async -> Verdict {
    do throws(Failure) {
      return .checked(row.key, try await verifier.verify(row))
    } catch {
      return .unreadable(row.key, error)
    }
  }

  private static func verdict(on text: String, _ workspace: Workspace, _ verifier: Verifier) async -> Verdict {
    do throws(StoreError) {
      guard let key = ObjectKey(text), let row = try await StatusReader(workspace).row(key) else {
        return .missing(text)
      }
      return await verdict(on: row, verifier)
    } catch {
      return .stopped(error)
    }
  }

  private func show(_ verdict: Verdict, _ session: Session, _ workspace: Workspace, _ tally: inout Tally) {
    // What was cut short tells nothing of the object.
    if Task.isCancelled { return }
    switch verdict {
    case .checked(let key, let results): show(results, of: key, session, &tally)
    case .unreadable(let key, let failure):
      tally.faults += 1
      if json {
        session.output.line([
          "key": .string(key.string), "size": .null, "ok": .bool(false), "fault": failure.json,
        ])
      } else {
        session.output.line(
          "\(session.text.safe(key.string)): the source cannot be read, \(failure.code.rawValue): "
            + session.text.safe(failure.message))
      }
    case .missing(let text):
      StandardError.report("\(text): no such object in \(workspace.source.location)")
      tally.faults += 1
    case .stopped(let error): tally.stopped = tally.stopped ?? error
    }
    session.output.flush()
  }

  private func show(_ results: [VerifyResult], of key: ObjectKey, _ session: Session, _ tally: inout Tally) {
    for result in results {
      tally.checked += 1
      if result.fault != nil { tally.faults += 1 }
      if json {
        session.output.line([
          "key": .string(key.string), "size": .number(result.size.side), "ok": .bool(result.fault == nil),
          "fault": result.fault.map { ["code": .string($0.code), "message": .string($0.message)] } ?? .null,
        ])
      } else if let fault = result.fault {
        session.output.line(
          "\(session.text.safe(key.string)) \(result.size.side)x\(result.size.side): "
            + session.text.paint(fault.code, .bad) + ": \(session.text.safe(fault.message))")
      }
    }
  }
}
