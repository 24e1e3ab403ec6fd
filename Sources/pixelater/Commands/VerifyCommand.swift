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
          for part in rows.chunked(by: session.runOptions.decoders * 4) {
            if Task.isCancelled { return .interrupted }
            for verdict in await Self.verdicts(on: part, verifier) { show(verdict, session, &tally) }
            session.output.flush()
          }
        }
      } else {
        for text in keys {
          if let key = ObjectKey(text), let row = try await StatusReader(workspace).row(key) {
            for verdict in await Self.verdicts(on: [row], verifier) { show(verdict, session, &tally) }
          } else {
            StandardError.report("\(text): no such object in \(workspace.source.location)")
            tally.faults += 1
          }
        }
      }
    } catch {
      throw CommandFailure(error, about: error.subject(in: workspace))
    }
    if !json {
      session.output.line(
        "\(Format.count(tally.checked, "rendition")) checked, \(Format.count(tally.faults, "fault")) found")
    }
    return tally.faults > 0 ? .someFailed : .success
  }

  private struct Tally {
    var checked = 0
    var faults = 0
  }

  /// In the order of the rows.
  private static func verdicts(on rows: [StatusRow], _ verifier: Verifier) async -> [Verdict] {
    let verdicts = await withTaskGroup { group in
      for (index, row) in rows.enumerated() {
        group.addTask {
          do throws(Failure) {
            return (index, Verdict(key: row.key, results: try await verifier.verify(row)))
          } catch {
            return (index, Verdict(key: row.key, failure: error))
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    return verdicts.sorted { $0.0 < $1.0 }.map(\.1)
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

extension Array {
  /// Parts of at most `count` elements.
  func chunked(by count: Int) -> [[Element]] {
    stride(from: 0, to: self.count, by: Swift.max(1, count)).map { start in
      Array(self[start..<Swift.min(start + Swift.max(1, count), self.count)])
    }
  }
}
