import ArgumentParser
import Console
import ObjectStore
import Pipeline
import PixelEngine
import Settings

struct RunCommand: BackgroundCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Makes the renditions that are missing.",
    usage: "pixelater run <key> ... | --all | --state <s> ... [<options>]",
    discussion: """
      What is complete is left alone, and so is what failed for good, unless the source changed since or --force is given.

      With --limit a run takes so many objects, in the order of their keys, and reads the listing no further. The \
      same command again goes on from there: what is done is seen in the buckets. The plan of --dry-run reads the \
      whole listing and counts what would be left.

      EXAMPLES
        pixelater run --all
        pixelater run --all --dry-run             the plan, and nothing done
        pixelater run --all --limit 1000          a thousand; again for the next
        pixelater run --all --rate 5              five a second at most
        pixelater run --state failed --force      try again what failed for good, too
        pixelater run 'holiday/sun & sea.png'
        pixelater run --state pending --via queue --queue URL     tells the workers of a queue instead
        pixelater run --all --via lambda --dry-run                what that would read, and roughly cost
      """)

  @Argument(help: "Objects to process.")
  var keys: [String] = []

  @Flag(help: "Every object that is not complete.")
  var all = false

  @OptionGroup var filter: StateFilter

  @Option(help: "Only keys that start with this.")
  var prefix = ""

  @Option(help: "Pictures processed at once (default: twice the cores).")
  var jobs: Int?

  @Option(help: "What is stored: mosaic (the picture's size) or grid (N x N pixels).")
  var form: RenditionForm?

  @Flag(help: "Process also what is complete, failed for good or another kind of file.")
  var force = false

  @Option(help: "Where to process: here, by the workers of a queue, or by a function of AWS Lambda.")
  var via: RunWay = .local

  @Option(help: ArgumentHelp("The queue to tell, with --via queue, if not the one that is set.", valueName: "url"))
  var queue: String?

  @Option(
    help: ArgumentHelp(
      "The function to invoke, with --via lambda, if not the one that is set: name or ARN.", valueName: "name"))
  var function: String?

  @Option(help: ArgumentHelp("Most objects taken in this run, in the order of their keys.", valueName: "n"))
  var limit: Int?

  @Option(
    help: ArgumentHelp(
      "Most objects begun in a second, 0.5 is one in two; with --via queue or lambda: told of (default there: "
        + "\(EventSender.standardRate)).", valueName: "n"))
  var rate: ObjectRate?

  @Flag(name: .customLong("dry-run"), help: "Show the plan and do nothing.")
  var dryRun = false

  @Flag(help: "One JSON object a line.")
  var json = false

  @OptionGroup(title: "Common options") var common: CommonOptions

  var flags: [SettingKey: String] {
    var flags: [SettingKey: String] = [:]
    flags[.jobs] = jobs.map(String.init)
    flags[.form] = form?.rawValue
    flags[.queue] = queue
    flags[.function] = function
    return flags
  }

  func validate() throws {
    if keys.isEmpty, !all, filter.words.isEmpty {
      throw ValidationError("say what to process: keys, --all or --state; --dry-run shows what that would be")
    }
    if via != .queue, queue != nil { throw ValidationError("--queue belongs to --via queue") }
    if via != .lambda, function != nil { throw ValidationError("--function belongs to --via lambda") }
    if via != .local, force {
      throw ValidationError("--force is for this process: others look for themselves what is to be done")
    }
    if let limit, limit < 1 { throw ValidationError("--limit is 1 or more") }
    if limit != nil, force {
      throw ValidationError("--limit goes on with what is not done, --force begins anew each time: use one of them")
    }
    if limit != nil, !keys.isEmpty { throw ValidationError("--limit is for --all and --state: name fewer keys") }
    if !keys.isEmpty, all || !filter.words.isEmpty || !prefix.isEmpty {
      throw ValidationError("give keys, or --all, --state and --prefix; not both")
    }
  }

  private var policy: RunPolicy { RunPolicy(states: filter.states, force: force) }

  func work(_ session: Session) async throws(CommandFailure) -> ExitStatus {
    if dryRun { return try await plan(session) }
    try session.requireWritable()
    let workspace = try session.workspace(.writing)
    if via != .local {
      let receiver = try session.receiver(via)
      let handover = Handover(
        session: session, workspace: workspace, way: via, receiver: receiver, rate: rate, policy: policy,
        prefix: prefix, limit: limit, json: json)
      return try await handover.run(keys: keys)
    }
    var report = RunReport(session: session, json: json, showsSkipped: json || !keys.isEmpty, named: !keys.isEmpty)

    for text in keys where ObjectKey(text) == nil {
      let failure = Failure(
        code: text.isEmpty ? .notFound : .keyTooLong, message: "A key has 1 to \(ObjectKey.maximumBytes) bytes.",
        stage: .read)
      report.add(named: text, .failed(failure), milliseconds: 0)
    }
    let events = RunEvents()
    var options = session.runOptions
    options.rate = rate
    let queue = JobQueue(workspace: workspace, engine: session.engine, options: options) { events.send($0) }
    let feed = feeder(workspace)
    let feeding = Task { () -> Fed in
      let fed = await withTaskCancellationHandler {
        let fed = await feed(queue, events)
        await queue.drain()
        return fed
      } onCancel: {
        queue.cancelAll()
      }
      events.finish()
      return fed
    }
    await withTaskCancellationHandler {
      for await event in events.stream {
        report.add(event)
        events.taken()
      }
    } onCancel: {
      feeding.cancel()
    }
    let fed = await feeding.value
    report.end(isCut: limit == nil ? nil : fed.isCut)
    if let error = fed.error, error.reason != .cancelled {
      throw CommandFailure(error, about: error.subject(in: workspace))
    }
    return report.summary.failed > 0 ? .someFailed : .success
  }

  /// How giving the queue its objects ended.
  private struct Fed: Sendable {
    var error: StoreError?
    /// The limit was reached before the end of the listing.
    var isCut = false
  }

  /// What gives the queue its objects; objects that are left alone are told at once.
  private func feeder(_ workspace: Workspace) -> @Sendable (JobQueue, RunEvents) async -> Fed {
    let (keys, prefix, policy, limit) = (keys, prefix, policy, limit)
    return { queue, events in
      var taken = 0
      for text in keys where !Task.isCancelled {
        // What is no key at all was told before.
        guard let key = ObjectKey(text) else { continue }
        await queue.offer(key, policy: policy)
      }
      guard keys.isEmpty else { return Fed() }
      do throws(StoreError) {
        for try await batch in StatusListing(workspace, prefix: prefix) {
          for case .object(let row) in batch {
            await events.room()
            if Task.isCancelled { return Fed() }
            switch policy.decide(row, naming: workspace.naming) {
            case .process:
              if taken == limit { return Fed(isCut: true) }
              taken += 1
              await queue.offer(row, policy: policy)
            case .skip(.otherState): continue
            case .skip(let reason): events.send(.finished(row.key, .skipped(reason), milliseconds: 0))
            }
          }
        }
        return Fed()
      } catch {
        return Fed(error: error)
      }
    }
  }

  private func plan(_ session: Session) async throws(CommandFailure) -> ExitStatus {
    let receiver = via == .local ? nil : try session.receiver(via)
    let workspace = try session.workspace(.planning)
    var plan = Plan(limit: limit)
    var missing = false
    do throws(StoreError) {
      if keys.isEmpty {
        for try await batch in StatusListing(workspace, prefix: prefix) {
          for case .object(let row) in batch { plan.add(row, policy.decide(row, naming: workspace.naming)) }
        }
      } else {
        for text in keys {
          if let key = ObjectKey(text), let row = try await StatusReader(workspace).row(key) {
            plan.add(row, policy.decide(row, naming: workspace.naming))
          } else {
            StandardError.report("\(text): no such object in \(workspace.source.location)")
            missing = true
          }
        }
      }
    } catch {
      throw CommandFailure(error, about: error.subject(in: workspace))
    }
    if json { session.output.line(plan.json(via: via)) } else { print(plan, receiver, session) }
    return missing ? .someFailed : .success
  }

  private func print(_ plan: Plan, _ receiver: EventServices.Receiver?, _ session: Session) {
    session.output.line(
      "\(Format.count(plan.objects, "object")) to process, \(Format.bytes(plan.bytes)) to read, "
        + Format.count(plan.requests, "request"))
    if plan.objects > 0 { session.output.line("Writes \(plan.writing)") }
    if let receiver, let cost = RunCost(plan, way: via) {
      session.output.line(via.plan(of: plan.objects, to: session.text.safe(receiver.name)))
      session.output.line("Cost: \(Format.cost(cost.dollars)) at list prices, \(via.costNote)")
    }
    for key in plan.firstKeys { session.output.line("  " + session.text.safe(key.string)) }
    if plan.objects > plan.firstKeys.count {
      session.output.line("  and \(Format.grouped(plan.objects - plan.firstKeys.count)) more")
    }
    for reason in SkipReason.allCases where reason != .otherState {
      guard let count = plan.skipped[reason] else { continue }
      session.output.line("\(Format.grouped(count)) left alone: \(reason.phrase)")
    }
  }
}

extension RunWay: ExpressibleByArgument {}

extension ObjectRate: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }
}

extension RunWay {
  /// Said of a run that read no further.
  var limitNote: String {
    self == .local
      ? "stopped at --limit: the same command goes on with what is not done"
      : "stopped at --limit: once these are done, the same command goes on"
  }
}

extension RenditionForm: ExpressibleByArgument {}

/// Prints the rows of a run as objects finish, and its summary.
struct RunReport {
  private let session: Session
  private let json: Bool
  private let showsSkipped: Bool
  /// The objects were named one by one: one that is not there is a failure.
  private let named: Bool
  private var bar: ProgressBar
  private(set) var summary = RunSummary()
  private var skipped: [SkipReason: Int] = [:]
  private let start = ContinuousClock.now

  init(session: Session, json: Bool, showsSkipped: Bool, named: Bool) {
    self.session = session
    self.json = json
    self.showsSkipped = showsSkipped
    self.named = named
    bar = ProgressBar(unicode: session.capabilities.unicode)
  }

  mutating func add(_ event: JobEvent) {
    switch event {
    case .queued: bar.total += 1
    case .started: break
    case .slowedDown(let rest):
      bar.clear()
      StandardError.report("the store asks to slow down: nothing begins for \(Format.duration(rest))")
    case .finished(let key, let outcome, let milliseconds):
      let outcome = judged(outcome)
      summary.count(outcome)
      switch outcome {
      case .skipped(let reason): skipped[reason, default: 0] += 1
      case .failed: bar.failed += 1
      default: break
      }
      if !isListed(outcome) { bar.done += 1 }
      show(key.string, outcome, milliseconds)
    }
    bar.draw()
  }

  /// Something that went through no queue.
  mutating func add(named name: String, _ outcome: JobOutcome, milliseconds: Int) {
    summary.count(outcome)
    show(name, outcome, milliseconds)
  }

  /// - Parameter isCut: whether the run stopped at its limit; nil where it had none.
  mutating func end(isCut: Bool? = nil) {
    bar.clear()
    let milliseconds = Int((ContinuousClock.now - start) / .milliseconds(1))
    if json {
      var fields: [(String, JSON)] = [
        ("written", .number(summary.written)), ("skipped", .number(summary.skipped)),
        ("failed", .number(summary.failed)), ("seconds", .decimal(Double(milliseconds) / 1000)),
      ]
      if let isCut { fields.append(("limited", .bool(isCut))) }
      session.output.line(["summary": .object(fields)])
    } else {
      var text =
        "\(Format.grouped(summary.written)) written, \(Format.grouped(summary.skipped)) skipped, "
        + "\(Format.grouped(summary.failed)) failed"
      if summary.cancelled > 0 { text += ", \(Format.grouped(summary.cancelled)) cancelled" }
      session.output.line(text + " in " + Format.duration(milliseconds: milliseconds))
      if isCut == true { session.output.line("  " + RunWay.local.limitNote) }
      if !showsSkipped {
        for reason in SkipReason.allCases where skipped[reason] != nil {
          session.output.line("  \(Format.grouped(skipped[reason] ?? 0)) skipped: \(reason.phrase)")
        }
      }
    }
    session.output.flush()
  }

  private func judged(_ outcome: JobOutcome) -> JobOutcome {
    guard named, outcome == .skipped(.notFound) else { return outcome }
    return .failed(Failure(code: .notFound, message: "There is no such object in the source.", stage: .read))
  }

  /// Told by the listing, so that it never was in the queue.
  private func isListed(_ outcome: JobOutcome) -> Bool {
    if case .skipped = outcome { return !named }
    return false
  }

  private func show(_ key: String, _ outcome: JobOutcome, _ milliseconds: Int) {
    let word: String
    var renditions = 0
    var failure: Failure?
    var reason: SkipReason?
    switch outcome {
    case .written(let count): (word, renditions) = ("written", count)
    case .skipped(let why): (word, reason) = ("skipped", why)
    case .failed(let reason): (word, failure) = ("failed", reason)
    case .cancelled: return
    }
    if word == "skipped", !showsSkipped { return }
    bar.clear()
    if json {
      session.output.line([
        "key": .string(key), "outcome": .string(word), "renditions": .number(renditions),
        "milliseconds": .number(milliseconds), "failure": failure?.json ?? .null,
        "reason": .optional(reason?.rawValue),
      ])
    } else {
      session.output.line(text(key, outcome, word, milliseconds))
    }
    session.output.flush()
  }

  private func text(_ key: String, _ outcome: JobOutcome, _ word: String, _ milliseconds: Int) -> String {
    let style = session.text
    let name = style.safe(key)
    switch outcome {
    case .written:
      return style.paint(TextStyle.pad(word, 8), .good)
        + TextStyle.padLeft(Format.duration(milliseconds: milliseconds), 7)
        + "  " + name
    case .skipped(let reason):
      return style.paint(TextStyle.pad(word, 8), .dim) + TextStyle.padLeft("", 7) + "  " + name + "  "
        + style.paint(reason.phrase, .dim)
    case .failed(let failure):
      return style.paint(TextStyle.pad(word, 8), .bad)
        + TextStyle.padLeft(Format.duration(milliseconds: milliseconds), 7)
        + "  " + name + "  " + style.paint("\(failure.code.rawValue): \(style.safe(failure.message))", .dim)
    case .cancelled:
      return ""
    }
  }
}
