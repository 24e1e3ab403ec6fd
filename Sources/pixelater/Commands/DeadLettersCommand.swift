import ArgumentParser
import Console
import ObjectStore
import Pipeline
import Settings

struct DeadLettersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dead-letters",
    abstract: "Shows what was given up, and does it again.",
    usage: "pixelater dead-letters list|redrive [<options>]",
    discussion: """
      Dead letters are what a queue gave out too often, and what a function could not process: the queue behind the main
      one, or the function's on-failure destination, which is a queue or a place in a bucket.

      EXAMPLES
        pixelater dead-letters list --queue https://sqs.eu-central-1.amazonaws.com/123456789012/uploads
        pixelater dead-letters list --from s3://my-failures/aws/lambda/async/
        pixelater dead-letters redrive --queue URL --dry-run
      """,
    subcommands: [DeadLettersListCommand.self, DeadLettersRedriveCommand.self])
}

/// Which dead letters.
struct DeadLetterOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The main queue: its dead letters.", valueName: "url"))
  var queue: String?

  @Option(
    help: ArgumentHelp(
      "Where dead letters lie: a queue's URL, or s3://bucket/prefix of a function's on-failure destination.",
      valueName: "place"))
  var from: String?

  @Option(help: "Most letters to look at.")
  var limit = 1000

  @Flag(help: "One JSON object a line.")
  var json = false

  func validate() throws {
    if queue == nil, from == nil { throw ValidationError("say which dead letters: --queue URL or --from PLACE") }
    if limit < 1 { throw ValidationError("--limit is 1 or more") }
  }

  func box(_ session: Session) async throws(CommandFailure) -> any DeadLetterBox {
    let main: SQSMessageQueue
    do throws(LocationsError) {
      if let from { return try session.locations.buckets.letters(from) }
      main = try session.locations.buckets.queue(queue ?? "")
    } catch {
      throw CommandFailure(error)
    }
    do throws(QueueError) {
      guard let dead = try await main.deadLetterQueue() else {
        throw QueueError.other(detail: "it has no dead-letter queue")
      }
      return QueueLetters(dead)
    } catch {
      throw CommandFailure(error, about: queue ?? "")
    }
  }
}

struct DeadLettersListCommand: BackgroundCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists dead letters with their objects and reasons.",
    usage: "pixelater dead-letters list --queue <url> | --from <place> [<options>]",
    discussion: """
      Takes nothing away: letters are hidden from others while it looks, and shown again. Where a letter does not say why
      it was given up, the object's failure record does.

      EXAMPLES
        pixelater dead-letters list --queue https://sqs.eu-central-1.amazonaws.com/123456789012/uploads --json
      """)

  @OptionGroup var options: DeadLetterOptions
  @OptionGroup(title: "Common options") var common: CommonOptions

  func work(_ session: Session) async throws(CommandFailure) -> ExitStatus {
    let workspace = try session.workspace(.planning)
    let box = try await options.box(session)
    let letters = try await taken(from: box, limit: options.limit)
    await box.giveBack(letters)
    let plan = RedrivePlan(letters, workspace: workspace)
    for letter in letters {
      let reason = await reason(letter, workspace)
      if options.json {
        session.output.line(letter.json(reason: reason))
      } else {
        session.output.line(letter.line(reason: reason, session.text))
      }
    }
    if !options.json { session.output.line(plan.sentence) }
    return .success
  }

  private func reason(_ letter: DeadLetter, _ workspace: Workspace) async -> String? {
    if let fault = letter.fault { return explanation(of: fault) }
    if let reason = letter.reason { return reason }
    let records = FailureLookup(workspace: workspace)
    for event in letter.events {
      if let key = workspace.sourceKey(of: event), let record = try? await records.record(of: key) {
        return "\(record.code.rawValue): \(record.message)"
      }
    }
    return nil
  }
}

struct DeadLettersRedriveCommand: BackgroundCommand {
  static let configuration = CommandConfiguration(
    commandName: "redrive",
    abstract: "Processes again what dead letters tell of.",
    usage: "pixelater dead-letters redrive --queue <url> | --from <place> [<options>]",
    discussion: """
      A letter is removed only once its outputs are proven: all renditions stand, made of the content that the source has
      now. What fails again stays.

      EXAMPLES
        pixelater dead-letters redrive --queue URL --dry-run
        pixelater dead-letters redrive --queue URL                 processes here
        pixelater dead-letters redrive --queue URL --via queue     sends to the main queue, and waits for its workers
      """)

  enum Way: String, ExpressibleByArgument, CaseIterable, Sendable {
    case local
    case queue
  }

  @OptionGroup var options: DeadLetterOptions

  @Option(help: "Where to process: here, or where the main queue is worked on.")
  var via: Way = .local

  @Option(help: ArgumentHelp("How long to wait for outputs with --via queue.", valueName: "seconds"))
  var wait = 60

  @Flag(name: .customLong("dry-run"), help: "Show the plan and do nothing.")
  var dryRun = false

  @OptionGroup(title: "Common options") var common: CommonOptions

  func validate() throws {
    if via == .queue, options.queue == nil { throw ValidationError("--via queue needs --queue URL to send to") }
    if wait < 0 { throw ValidationError("--wait is 0 or more") }
  }

  func work(_ session: Session) async throws(CommandFailure) -> ExitStatus {
    if !dryRun { try session.requireWritable() }
    let workspace = try session.workspace(dryRun ? .planning : .writing)
    let box = try await options.box(session)
    let letters = try await taken(from: box, limit: options.limit)
    let plan = RedrivePlan(letters, workspace: workspace)
    if options.json { session.output.line(plan.json(via: via.rawValue)) } else { session.output.line(plan.sentence) }
    if dryRun {
      await box.giveBack(letters)
      return .success
    }
    let way: Redriver.Way
    do throws(LocationsError) {
      way =
        switch via {
        case .local: .local
        case .queue: .queue(try session.locations.buckets.queue(options.queue ?? ""), wait: .seconds(wait))
        }
    } catch {
      throw CommandFailure(error)
    }
    var processing = EventProcessor.Options()
    processing.run = session.runOptions
    let redriver = Redriver(workspace: workspace, engine: session.engine, options: processing, box: box)
    let (outcomes, sink) = AsyncStream<(DeadLetter, RedriveOutcome)>.makeStream()
    let work = Task {
      await redriver.redrive(letters, by: way) { sink.yield(($0, $1)) }
      sink.finish()
    }
    var counts: [String: Int] = [:]
    await withTaskCancellationHandler {
      for await (letter, outcome) in outcomes {
        counts[outcome.word, default: 0] += 1
        if options.json {
          session.output.line(letter.json(outcome: outcome))
        } else {
          session.output.line(letter.line(outcome: outcome, session.text))
        }
        session.output.flush()
      }
    } onCancel: {
      work.cancel()
    }
    if options.json {
      session.output.line([
        "summary": .object(RedriveOutcome.words.map { ($0, .number(counts[$0] ?? 0)) })
      ])
    } else {
      let parts = RedriveOutcome.words.compactMap { word in counts[word].map { "\(Format.grouped($0)) \(word)" } }
      session.output.line(parts.isEmpty ? "No dead letters." : parts.joined(separator: ", "))
    }
    return counts["failed"] == nil ? .success : .someFailed
  }
}

private func taken(from box: any DeadLetterBox, limit: Int) async throws(CommandFailure) -> [DeadLetter] {
  do throws(QueueError) {
    return try await box.take(limit: limit)
  } catch {
    throw CommandFailure(error, about: "dead letters")
  }
}

extension RedriveOutcome {
  static let words = ["done", "sent", "failed", "kept"]

  var word: String {
    switch self {
    case .done: "done"
    case .sent: "sent"
    case .failed, .queue: "failed"
    case .kept: "kept"
    }
  }

  var reason: String? {
    switch self {
    case .done: nil
    case .sent: "its outputs do not stand yet; redrive again"
    case .failed(let failure): "\(failure.code.rawValue): \(failure.message)"
    case .kept(let fault): fault.map { explanation(of: $0) } ?? "it tells of nothing in the source"
    case .queue(let error): explanation(of: error)
    }
  }
}

extension DeadLetter {
  private var fields: [(String, JSON)] {
    [
      ("id", .string(id)), ("keys", .array(events.map { .string($0.key.string) })),
      ("buckets", .array(Set(events.map(\.bucket)).sorted().map { .string($0) })),
    ]
  }

  func json(reason: String?) -> JSON {
    .object(
      fields + [
        ("reason", .optional(reason)), ("attempts", attempts.map { .number($0) } ?? .null),
        ("time", time.map { .date($0) } ?? .null),
      ])
  }

  func json(outcome: RedriveOutcome) -> JSON {
    .object(fields + [("outcome", .string(outcome.word)), ("reason", .optional(outcome.reason))])
  }

  func line(reason: String?, _ style: TextStyle) -> String {
    TextStyle.pad(time.map { TextStyle.date($0) } ?? "", 16) + "  " + name(style)
      + (reason.map { "  " + style.paint(style.safe($0), .dim) } ?? "")
  }

  func line(outcome: RedriveOutcome, _ style: TextStyle) -> String {
    TextStyle.pad(outcome.word, 8) + name(style)
      + (outcome.reason.map { "  " + style.paint(style.safe($0), .dim) } ?? "")
  }

  private func name(_ style: TextStyle) -> String {
    guard let first = events.first else { return style.safe(id) }
    let more = events.count > 1 ? " and \(events.count - 1) more" : ""
    return style.safe(first.key.string) + more
  }
}

extension RedrivePlan {
  func json(via: String) -> JSON {
    [
      "plan": [
        "letters": .number(letters), "objects": .number(objects), "foreign": .number(foreign),
        "unreadable": .number(unreadable), "via": .string(via),
      ]
    ]
  }

  var sentence: String {
    var text = "\(Format.count(letters, "dead letter")), \(Format.count(objects, "object"))"
    if foreign > 0 { text += "; \(Format.grouped(foreign)) of something else" }
    if unreadable > 0 { text += "; \(Format.grouped(unreadable)) that cannot be read" }
    return text
  }
}
