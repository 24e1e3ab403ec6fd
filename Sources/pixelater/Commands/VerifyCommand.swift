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
  private struct Verdict: Sendable {
    var key: ObjectKey
    var results: [VerifyResult] = []
    var failure: Failure?
  }

  func work(_ session: Session) async throws(CommandFailure) -> ExitStatus {
    let workspace = try session.workspace(.reading)
    let verifier = Verifier(workspace: workspace, engine: session.engine)
    var tally = Tally()
    do throws(StoreError) {
      if keys.isEmpty {
        for try await batch in StatusListing(workspace, prefix: prefix, details: false) {
          let rows = batch.compactMap { item in
            if case .object(let row) = item { row } else { nil }
          }
          await verify(rows, verifier, session, &tally)
        }
      } else {
        var rows: [StatusRow] = []
        for text in keys {
          if let key = ObjectKey(text), let row = try await StatusReader(workspace).row(key) {
            rows.append(row)
          } else {
            StandardError.report("\(text): no such object in \(workspace.source.location)")
            tally.faults += 1
          }
        }
        await verify(rows, verifier, session, &tally)
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

  private func verify(_ rows: [StatusRow], _ verifier: Verifier, _ session: Session, _ tally: inout Tally) async {
    await rows.sideBySide(session.runOptions.decoders * 2) {
      await Self.verdict(on: $0, verifier)
    } take: { verdict in
      // What was cut short tells nothing of the object.
      if !Task.isCancelled { show(verdict, session, &tally) }
    }
    session.output.flush()
  }

  private struct Tally {
    var checked = 0
    var faults = 0
  }

  /// A function, and no tuple: see `StatusReader`.
  private static func verdict(on row: StatusRow, _ verifier: Verifier) async -> Verdict {
    do throws(Failure) {
      return Verdict(key: row.key, results: try await verifier.verify(row))
    } catch {
      return Verdict(key: row.key, failure: error)
    }
  }

  private func show(_ verdict: Verdict, _ session: Session, _ tally: inout Tally) {
    let name = session.text.safe(verdict.key.string)
    if let failure = verdict.failure {
      tally.faults += 1
      if json {
        session.output.line([
          "key": .string(verdict.key.string), "size": .null, "ok": .bool(false), "fault": failure.json,
        ])
      } else {
        session.output.line(
          "\(name): the source cannot be read, \(failure.code.rawValue): \(session.text.safe(failure.message))")
      }
    }
    for result in verdict.results {
      tally.checked += 1
      if result.fault != nil { tally.faults += 1 }
      if json {
        session.output.line([
          "key": .string(verdict.key.string), "size": .number(result.size.side), "ok": .bool(result.fault == nil),
          "fault": result.fault.map { ["code": .string($0.code), "message": .string($0.message)] } ?? .null,
        ])
      } else if let fault = result.fault {
        session.output.line(
          "\(name) \(result.size.side)x\(result.size.side): "
            + session.text.paint(fault.code, .bad) + ": \(session.text.safe(fault.message))")
      }
    }
  }
}
