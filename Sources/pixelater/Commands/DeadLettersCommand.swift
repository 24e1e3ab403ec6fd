import ArgumentParser
import Console
import Glibc
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
  @Option(help: ArgumentHelp("The main queue: its dead letters, unless --from says which.", valueName: "url"))
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
    if limit < 1 { throw ValidationError("--limit is 1 or more") }
  }

  /// Those asked for, else all that the settings name.
  func box(_ session: Session) throws(CommandFailure) -> any DeadLetterBox {
    do throws(LocationsError) {
      if let from { return try session.locations.buckets.letters(from) }
      if let queue { return try session.locations.buckets.letters(ofQueue: queue) }
    } catch {
      throw CommandFailure(error)
    }
    let boxes = try session.eventServices().letters
    if boxes.isEmpty {
      throw CommandFailure(
        .usage,
        "say which dead letters: --queue URL or --from PLACE, or set queue or dead_letters in the config file")
    }
    return boxes.count == 1 ? boxes[0] : JoinedLetters(boxes)
  }
}

struct DeadLettersListCommand: BackgroundCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists dead letters with their objects and reasons.",
    usage: "pixelater dead-letters list [--queue <url>] [--from <place>] [<options>]",
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
    let box = try options.box(session)
    let letters: [ReadLetter]
    do throws(QueueError) {
      letters = try await LetterReader(workspace).look(into: box, limit: options.limit)
    } catch {
      throw await box.failure(error)
    }
    let plan = RedrivePlan(letters.map(\.letter), workspace: workspace)
    for letter in letters {
      if options.json { session.output.line(letter.json) } else { session.output.line(letter.line(session.text)) }
    }
    if !options.json { session.output.line(plan.sentence) }
    return .success
  }
}

struct DeadLettersRedriveCommand: BackgroundCommand {
  static let configuration = CommandConfiguration(
    commandName: "redrive",
    abstract: "Processes again what dead letters tell of.",
    usage: "pixelater dead-letters redrive [--queue <url>] [--from <place>] [<options>]",
    discussion: """
      Shows its plan, and in a terminal asks before it begins. A letter is removed only once its outputs are proven: all
      renditions stand, made of the content that the source has now. What fails again stays. So nothing can be lost, and
      without a terminal it does not ask.

      EXAMPLES
        pixelater dead-letters redrive --queue URL --dry-run
        pixelater dead-letters redrive --queue URL                 processes here
        pixelater dead-letters redrive --queue URL --via queue     sends to the main queue, and waits for its workers
        pixelater dead-letters redrive --from s3://my-failures/ --via queue --queue URL
        pixelater dead-letters redrive --yes                       of what the settings name, without asking
      """)

  @OptionGroup var options: DeadLetterOptions

  @Option(help: "Where to process: here, where the main queue is worked on, or by a function.")
  var via: RunWay = .local

  @Option(
    help: ArgumentHelp("The function to invoke, with --via lambda, if not the one that is set.", valueName: "name"))
  var function: String?

  @Option(help: ArgumentHelp("How long to wait for outputs that others make.", valueName: "seconds"))
  var wait = 60

  @Flag(name: .customLong("dry-run"), help: "Show the plan and do nothing.")
  var dryRun = false

  @Flag(help: "Do not ask.")
  var yes = false

  @OptionGroup(title: "Common options") var common: CommonOptions

  var flags: [SettingKey: String] {
    var flags: [SettingKey: String] = [:]
    flags[.queue] = options.queue
    flags[.function] = function
    return flags
  }

  func validate() throws {
    if via != .lambda, function != nil { throw ValidationError("--function belongs to --via lambda") }
    if wait < 0 { throw ValidationError("--wait is 0 or more") }
  }

  func work(_ session: Session) async throws(CommandFailure) -> ExitStatus {
    if !dryRun { try session.requireWritable() }
    let receiver = via == .local ? nil : try session.receiver(via)
    let workspace = try session.workspace(dryRun ? .planning : .writing)
    let box = try options.box(session)
    var letters = try await taken(from: box, limit: options.limit)
    let plan = RedrivePlan(letters, workspace: workspace)
    if options.json {
      session.output.line(plan.json(via: via.rawValue))
    } else {
      session.output.line(plan.sentence)
      if plan.objects > 0 {
        session.output.line(via.plan(of: plan.objects, to: session.text.safe(receiver?.name ?? "")))
      }
    }
    session.output.flush()
    let asks = !yes && isatty(STDIN_FILENO) == 1 && StandardError.isTerminal
    if dryRun || asks && !letters.isEmpty { await box.giveBack(letters) }
    if dryRun { return .success }
    if asks, !letters.isEmpty {
      // Nobody is kept from them while a person thinks; the same letters are taken again.
      try confirm(plan)
      let wanted = Set(letters.map(\.identity))
      do throws(QueueError) { letters = try await box.take(wanted) } catch {
        throw await box.failure(error)
      }
    }
    let way: Redriver.Way = receiver.map { .others($0.send, wait: .seconds(wait)) } ?? .local
    var processing = EventProcessor.Options()
    processing.run = session.runOptions
    processing.removesRenditions = session.settings.removesRenditions
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

  private func confirm(_ plan: RedrivePlan) throws(CommandFailure) {
    StandardError.put(
      "Redrive \(Format.count(plan.letters, "dead letter"))? A letter goes once its outputs stand. [y/N] ")
    let answer = readLine()?.lowercased() ?? ""
    guard answer == "y" || answer == "yes" else { throw CommandFailure(.refused, "nothing was redriven") }
  }
}

extension DeadLetterBox {
  fileprivate func failure(_ error: QueueError) async -> CommandFailure {
    let name = await name()
    return CommandFailure(error, about: name, receiver: name.hasPrefix("s3://") ? "bucket" : "queue")
  }
}

private func taken(from box: any DeadLetterBox, limit: Int) async throws(CommandFailure) -> [DeadLetter] {
  do throws(QueueError) {
    return try await box.take(limit: limit)
  } catch {
    throw await box.failure(error)
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
}

extension DeadLetter {
  fileprivate var fields: [(String, JSON)] {
    [
      ("id", .string(id)), ("keys", .array(events.map { .string($0.key.string) })),
      ("buckets", .array(Set(events.map(\.bucket)).sorted().map { .string($0) })),
    ]
  }

  func json(outcome: RedriveOutcome) -> JSON {
    .object(fields + [("outcome", .string(outcome.word)), ("reason", .optional(outcome.reason))])
  }

  func line(outcome: RedriveOutcome, _ style: TextStyle) -> String {
    TextStyle.pad(outcome.word, 8) + name(style)
      + (outcome.reason.map { "  " + style.paint(style.safe($0), .dim) } ?? "")
  }

  fileprivate func name(_ style: TextStyle) -> String {
    guard let first = events.first else { return style.safe(id) }
    let more = events.count > 1 ? " and \(events.count - 1) more" : ""
    return style.safe(first.key.string) + more
  }
}

extension ReadLetter {
  var json: JSON {
    .object(
      letter.fields + [
        ("reason", .optional(reason)), ("attempts", attempts.map { .number($0) } ?? .null),
        ("time", letter.time.map { .date($0) } ?? .null), ("cause", .string(cause)), ("place", .string(letter.place)),
      ])
  }

  func line(_ style: TextStyle) -> String {
    TextStyle.pad(letter.time.map { TextStyle.date($0) } ?? "", 16) + "  " + letter.name(style)
      + (reason.map { "  " + style.paint(style.safe($0), .dim) } ?? "")
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
