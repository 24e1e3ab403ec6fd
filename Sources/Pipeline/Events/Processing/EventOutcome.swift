import ObjectStore

/// What became of one event.
package enum EventOutcome: Hashable, Sendable {
  /// This many renditions were written, and the store confirmed each.
  case written(renditions: Int)
  /// The object is gone, and what had been made of it was removed.
  case removed
  /// Nothing was to be done.
  case dropped(DropReason)
  /// The object cannot be processed as it is; a failure record says so, and the message is done with.
  case failed(Failure)
  /// It may succeed later: the message goes back.
  case postponed(Failure)
  /// Rights, credentials or region: every message would fail likewise until somebody changes them. No more are taken.
  case refused(Failure)
  case cancelled
}

/// Why an event came to nothing. Raw values are logged and may be filtered on.
package enum DropReason: String, CaseIterable, Hashable, Sendable {
  /// Of a bucket that is not the source.
  case otherBucket = "other-bucket"
  /// Outside the source's prefix.
  case otherPrefix = "other-prefix"
  /// The key looks like a rendition's own.
  case rendition
  /// Another well-known kind of file, by its suffix.
  case unsupported
  /// A later event of the key has been settled.
  case outdated
  /// All renditions stand, made of this very content.
  case complete
  /// A permanent failure stands and the source has not changed since.
  case permanentFailure = "permanent-failure"
  /// The object is not there any more.
  case gone
  /// Renditions are kept when their source is removed.
  case removalKept = "removal-kept"
}

/// One event and what became of it.
package struct SettledEvent: Sendable {
  package var event: ObjectEvent
  package var outcome: EventOutcome
  package var milliseconds: Int
}

/// What is to be done with a message, once its events are settled.
package enum MessageVerdict: Hashable, Sendable {
  /// Everything in it is done, recorded or needless: it can go.
  case acknowledge
  /// It may succeed later; this is why it did not now.
  case postpone(Failure)
  /// It holds what cannot be read: it belongs to the dead letters.
  case unreadable(EventError)
  /// No more messages should be taken until somebody has mended what this says.
  case stop(Failure)
  /// It was given up before it was done.
  case cancelled

  /// - Parameters:
  ///   - outcomes: of the message's events.
  ///   - faults: of its records that could not be read.
  package init(_ outcomes: [EventOutcome], faults: [EventError] = []) {
    self = .acknowledge
    if let fault = faults.first { self = .unreadable(fault) }
    for outcome in outcomes {
      switch (outcome, self) {
      case (.refused(let failure), _): self = .stop(failure)
      case (.cancelled, .acknowledge), (.cancelled, .unreadable), (.cancelled, .postpone): self = .cancelled
      case (.postponed(let failure), .acknowledge), (.postponed(let failure), .unreadable): self = .postpone(failure)
      default: break
      }
    }
  }
}
