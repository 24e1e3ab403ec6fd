import Console
import ObjectStore
import Pipeline
import Settings

/// A run that others do: tells a queue or a function of every object that is to be processed.
struct Handover {
  let session: Session
  let workspace: Workspace
  let way: RunWay
  let receiver: EventServices.Receiver
  /// Nil: the sender's own.
  let rate: ObjectRate?
  let policy: RunPolicy
  let prefix: String
  /// Most objects to tell of; nil: all.
  let limit: Int?
  let json: Bool

  /// - Parameter keys: objects named one by one; empty: all that the policy takes.
  func run(keys: [String]) async throws(CommandFailure) -> ExitStatus {
    guard let sender = EventSender(workspace: workspace, rate: rate, send: receiver.send) else {
      throw CommandFailure(.usage, "\(workspace.source.location): others can be told of a bucket's objects only")
    }
    var sent = 0
    var skipped = 0
    var offered = 0
    var isCut = false
    var missing = false
    func tell(_ sentKeys: [ObjectKey]) {
      sent += sentKeys.count
      for key in sentKeys {
        if json {
          session.output.line(["key": .string(key.string), "outcome": "sent"])
        } else {
          session.output.line("sent    " + session.text.safe(key.string))
        }
      }
      session.output.flush()
    }
    func offer(_ row: StatusRow) async throws(CommandFailure) {
      guard case .process = policy.decide(row, naming: workspace.naming) else {
        skipped += 1
        return
      }
      offered += 1
      do throws(QueueError) { tell(try await sender.offer(row)) } catch {
        throw CommandFailure(error, about: receiver.name, receiver: way.receiver)
      }
    }
    for text in keys {
      if let row = try await named(text) {
        try await offer(row)
      } else {
        StandardError.report("\(text): no such object in \(workspace.source.location)")
        missing = true
      }
    }
    if keys.isEmpty {
      var batches = StatusListing(workspace, prefix: prefix).makeAsyncIterator()
      while !isCut, let batch = try await next(&batches) {
        for case .object(let row) in batch {
          isCut = offered == limit
          if isCut { break }
          try await offer(row)
        }
      }
    }
    do throws(QueueError) { tell(try await sender.flush()) } catch {
      throw CommandFailure(error, about: receiver.name, receiver: way.receiver)
    }
    if json {
      var fields: [(String, JSON)] = [("sent", .number(sent)), ("skipped", .number(skipped))]
      if limit != nil { fields.append(("limited", .bool(isCut))) }
      session.output.line(["summary": .object(fields)])
    } else {
      session.output.line("\(Format.grouped(sent)) sent, \(Format.grouped(skipped)) skipped")
      if isCut { session.output.line(way.limitNote) }
    }
    return missing ? .someFailed : .success
  }

  private func named(_ text: String) async throws(CommandFailure) -> StatusRow? {
    do throws(StoreError) {
      guard let key = ObjectKey(text) else { return nil }
      return try await StatusReader(workspace).row(key)
    } catch {
      throw CommandFailure(error, about: error.subject(in: workspace))
    }
  }

  private func next(_ batches: inout StatusListing.AsyncIterator) async throws(CommandFailure) -> [StatusItem]? {
    do throws(StoreError) {
      return try await batches.next()
    } catch {
      throw CommandFailure(error, about: error.subject(in: workspace))
    }
  }
}

extension Session {
  /// Who takes what is told by a way that is not this process.
  func receiver(_ way: RunWay) throws(CommandFailure) -> EventServices.Receiver {
    if let receiver = try eventServices().receiver(of: way) { return receiver }
    switch way {
    case .queue: throw CommandFailure(.usage, "no queue is set: give --queue URL, or set queue in the config file")
    case .lambda, .local:
      throw CommandFailure(.usage, "no function is set: give --function NAME, or set function in the config file")
    }
  }

  /// What the settings name besides the two locations.
  func eventServices() throws(CommandFailure) -> EventServices {
    do throws(LocationsError) {
      return try locations.buckets.eventServices()
    } catch {
      throw CommandFailure(error)
    }
  }
}
