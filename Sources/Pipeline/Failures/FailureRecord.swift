package import FoundationEssentials

/// What went wrong with one object, said once.
package struct Failure: Error, Hashable, Sendable {
  package var code: FailureCode
  /// A sentence for people: what is wrong, and what to do where that is known. Contains no object name.
  package var message: String
  package var stage: Stage

  package init(code: FailureCode, message: String, stage: Stage) {
    self.code = code
    self.message = message
    self.stage = stage
  }

  /// How far an object came.
  package enum Stage: String, Hashable, Sendable, Codable {
    case read, decode, encode, write, confirm
  }
}

/// The note left in the destination when an object could not be processed: JSON at `.pixelater/failures/{key}`.
/// It is deleted once the object has been processed.
package struct FailureRecord: Hashable, Sendable, Codable {
  /// The source key, relative to the source location.
  package var key: String
  package var code: FailureCode
  package var message: String
  package var stage: Failure.Stage
  /// How often it has been tried, 1 at least.
  package var attempts: Int
  package var firstFailed: Date
  package var lastFailed: Date
  /// The source as it was at the last try; empty where it could not be read.
  package var sourceETag: String
  package var engineVersion: String

  package init(
    key: String, failure: Failure, attempts: Int = 1, firstFailed: Date, lastFailed: Date, sourceETag: String,
    engineVersion: String
  ) {
    self.key = key
    code = failure.code
    message = failure.message
    stage = failure.stage
    self.attempts = attempts
    self.firstFailed = firstFailed
    self.lastFailed = lastFailed
    self.sourceETag = sourceETag
    self.engineVersion = engineVersion
  }

  /// What the relative key of every record starts with.
  package static let prefix = ".pixelater/failures/"

  /// Whether trying again is useless while the source stays as it was: a permanent code and the same ETag.
  package func isFinal(for etag: String) -> Bool { code.isPermanent && sourceETag == etag }
}
