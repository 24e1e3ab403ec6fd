import Glibc
package import ObjectStore
package import PixelEngine

// The one place where text for people is made of the errors below the command line. No text contains an object's name:
// whoever prints it names the object, escaped.

extension Failure {
  /// What a picture's fault is called, and what to do about it.
  package init(_ error: PixelError) {
    switch error {
    case .notAnImage:
      self.init(
        code: .notAnImage, message: "The content is no picture; replace it by the one that was meant.", stage: .decode)
    case .unsupportedFormat(let format):
      self.init(
        code: .unsupportedFormat, message: "\(format) is not supported; convert the picture to PNG or JPEG.",
        stage: .decode)
    case .damaged(let format, let detail):
      self.init(
        code: .damaged, message: "The \(format.rawValue) data is damaged (\(detail)); upload the picture again.",
        stage: .decode)
    case .truncated(let format, let detail):
      self.init(
        code: .truncated, message: "The \(format.rawValue) data ends too early (\(detail)); upload the picture again.",
        stage: .decode)
    case .tooLarge(.seconds, _, let maximum):
      self.init(
        code: .tooLarge, message: "The picture takes longer than \(maximum) s to read; the limit can be raised.",
        stage: .decode)
    case .tooLarge(let limit, let value, let maximum):
      self.init(
        code: .tooLarge,
        message: "The picture has \(value) \(limit.rawValue), more than the limit of \(maximum), which can be raised.",
        stage: .decode)
    case .encodingFailed(let format, let detail):
      self.init(
        code: .internal,
        message: "Encoding the \(format.rawValue) failed (\(detail)); retry, and report it if it stays.", stage: .encode
      )
    case .unreadable:
      self.init(
        code: .unavailable, message: "The picture's file can no longer be read; check the disk it is on, and retry.",
        stage: .decode)
    case .cancelled:
      self.init(code: .internal, message: "Cancelled.", stage: .decode)
    }
  }

  /// Why a picture cannot be kept in a temporary file, and what to do about it.
  init(spooling fault: FileFault) {
    self.init(
      code: .unavailable,
      message:
        "A temporary file cannot be written (\(String(cString: strerror(fault.number)))); make room, or name another folder in TMPDIR.",
      stage: .read)
  }

  /// What a store's fault is called at a stage, and what to do about it.
  package init(_ error: StoreError, stage: Stage) {
    self.init(code: error.reason.failureCode, message: explanation(of: error), stage: stage)
  }
}

extension StoreError.Reason {
  fileprivate var failureCode: FailureCode {
    switch self {
    case .notFound: .notFound
    case .noSuchBucket: .unavailable
    case .accessDenied, .readOnly, .refusedCredentials, .noCredentials: .accessDenied
    case .expiredCredentials: .expiredCredentials
    case .wrongRegion: .wrongRegion
    case .preconditionFailed: .changed
    case .throttled: .throttled
    case .timeout: .timeout
    case .unreachable, .unavailable, .full: .unavailable
    case .checksumMismatch: .checksumMismatch
    case .tooLarge: .tooLarge
    case .invalidRange, .cancelled, .unordered, .other: .internal
    }
  }
}

/// A sentence for people about a store's fault, and what to do where that is known.
package func explanation(of error: StoreError) -> String {
  switch error.reason {
  case .notFound: "The object is not there any more."
  case .noSuchBucket: "The bucket or folder is not there; create it or correct the location."
  case .accessDenied:
    "Access is denied to \(error.operation.phrase); check the permissions\(error.operation.permission)."
  case .expiredCredentials: "The credentials have expired; renew them (a new login or session token), then try again."
  case .refusedCredentials("RequestTimeTooSkewed"), .refusedCredentials("RequestExpired"):
    "The clock of this machine is off, so its signatures are refused; set it."
  case .refusedCredentials(let detail):
    "The store does not accept the credentials (\(detail)); check access key, secret key and profile."
  case .noCredentials(let detail): "There are no credentials to show: \(detail)."
  case .wrongRegion(let region?): "The bucket is in the region \(region); set it with --region."
  case .wrongRegion(nil): "The bucket is in another region; set it with --region or in the profile."
  case .preconditionFailed: "The object changed while it was read; process it again."
  case .invalidRange: "The object is shorter than the part that was asked for."
  case .throttled: "The store asks for fewer requests; retry with fewer jobs."
  case .timeout: "The store did not answer in time; retry."
  case .unreachable(let detail): "The store cannot be reached (\(detail)); check its endpoint and the network."
  case .unavailable(let detail): "The store is unavailable (\(detail)); retry later."
  case .unordered: "The store lists its objects out of the byte order of their keys, so they cannot be joined."
  case .checksumMismatch: "The content arrived damaged; retry."
  case .readOnly: "The store is open read-only; run without --read-only."
  case .full: "No space is left in the store; make room, then retry."
  case .tooLarge(let limit) where error.operation == .restore:
    "The version is larger than \(limit >> 30) GiB, which is what S3 copies at most; download it and upload it again."
  case .tooLarge(let limit): "The object is larger than \(limit) bytes; shrink it or raise the limit."
  case .cancelled: "Cancelled."
  case .other(let detail): "The store refused to \(error.operation.phrase) (\(detail))."
  }
}

/// A sentence for people about a location that cannot be read.
package func explanation(of error: LocationError) -> String {
  switch error {
  case .empty: "A location is missing; give a folder or s3://bucket/prefix."
  case .unknownScheme(let scheme): "There are no \(scheme):// locations; give a folder or s3://bucket/prefix."
  case .invalidBucket(let name):
    name.isEmpty
      ? "The bucket's name is missing; write s3://bucket/prefix."
      : "\(name) is no name of a bucket; they have 3 to 63 letters, digits, dots and hyphens, all lower-case."
  case .invalidPath: "A file:// location needs an absolute path and no host: file:///path."
  }
}

/// A sentence for people about two locations that cannot be used together.
package func explanation(of error: WorkspaceError) -> String {
  switch error {
  case .overlap:
    "Source and destination overlap: every rendition would become a source again, without end. Choose two separate places."
  }
}

/// A sentence for people about content that did not go over. It may hold a path of this machine: escape it.
package func explanation(of error: TransferError) -> String {
  switch error {
  case .store(let error): explanation(of: error)
  case .file(let fault): explanation(of: fault)
  case .notAFile(let path): "\(path) is no file; give one that holds a picture."
  case .ownKey: "The key looks like one of our own renditions or records, which are never sources; choose another."
  case .keyTooLong: "The key is too long: with its location it has more than 1,024 bytes."
  case .overtaken: "It was written or deleted anew since: it stays as it is."
  case .nothingKept: "Below its deletion no version is kept that could stand again."
  case .deletedTwice:
    "It was deleted more than once: what is kept stands again when all its delete markers are removed."
  case .cancelled: "Cancelled."
  }
}

/// A sentence for people about a file or folder of this machine.
package func explanation(of fault: FileFault) -> String {
  let act =
    switch fault.act {
    case .openFolder: "opened"
    case .makeFolder: "made"
    case .read: "read"
    case .write: "written"
    }
  return switch fault.number {
  case ENOENT: "\(fault.path) is not there."
  case ENOTDIR: "\(fault.path) is no folder; choose another."
  case EISDIR: "\(fault.path) is a folder; choose another name."
  case EACCES, EPERM: "\(fault.path) cannot be \(act): permission denied; check its permissions or choose another."
  case EROFS: "\(fault.path) cannot be \(act): the disk is read-only; choose another place."
  case ENOSPC, EDQUOT: "\(fault.path) cannot be \(act): no space is left; make room, then try again."
  case ENAMETOOLONG: "\(fault.path) cannot be \(act): the name is too long for this disk."
  default: "\(fault.path) cannot be \(act): \(String(cString: strerror(fault.number)))."
  }
}

/// A sentence for people about a message that cannot be used.
package func explanation(of error: EventError) -> String {
  switch error {
  case .tooLarge(let bytes, let limit): "The message has \(bytes) bytes, more than the limit of \(limit)."
  case .tooDeep: "The message is nested deeper than any event of S3's."
  case .notJSON: "The message is no JSON."
  case .unknownForm: "The message is no event of S3's; send it to another queue."
  case .unsupportedVersion(let version): "The event has version \(version), which is not known here."
  case .invalidField(let name): "The event's field \(name) is missing or is no text."
  case .invalidKey: "The event names a key that no object can have."
  }
}

/// A sentence for people about a queue's fault, and what to do where that is known.
///
/// - Parameter receiver: what was called.
package func explanation(of error: QueueError, receiver: String = "queue") -> String {
  switch error {
  case .noSuchQueue: "The \(receiver) is not there; create it or correct its name and region."
  case .noDeadLetterQueue: "The \(receiver) has no dead-letter queue; give it a redrive policy that names one."
  case .accessDenied: "Access to the \(receiver) is denied; check the permissions."
  case .expiredCredentials: "The credentials have expired; renew them."
  case .refusedCredentials(let detail):
    "The \(receiver) does not accept the credentials (\(detail)); check access key, secret key and profile."
  case .throttled: "The \(receiver) asks for fewer requests; retry later."
  case .timeout: "The \(receiver) did not answer in time; retry."
  case .unavailable(let detail): "The \(receiver) is unavailable (\(detail)); retry later."
  case .cancelled: "Cancelled."
  case .other(let detail): "The \(receiver) refused (\(detail))."
  }
}

extension StoreError.Operation {
  /// What S3 calls the right to do it.
  fileprivate var permission: String {
    switch self {
    case .head, .get: " (on S3: s3:GetObject)"
    case .put: " (on S3: s3:PutObject)"
    case .delete: " (on S3: s3:DeleteObject)"
    case .deleteVersion: " (on S3: s3:DeleteObjectVersion)"
    case .restore: " (on S3: s3:GetObjectVersion and s3:PutObject)"
    case .tags: " (on S3: s3:GetObjectTagging)"
    case .list: " (on S3: s3:ListBucket)"
    case .open, .watch: ""
    }
  }

  fileprivate var phrase: String {
    switch self {
    case .open: "open the location"
    case .head, .get: "read the object"
    case .put: "write the object"
    case .delete: "delete the object"
    case .deleteVersion: "delete a version of the object"
    case .restore: "make a version the one that stands"
    case .tags: "read the object's tags"
    case .list: "list the location"
    case .watch: "watch the location"
    }
  }
}

extension FailureCode {
  /// What to do about it in at most 26 columns, for a list; the message of a failure says it in a sentence.
  package var shortAdvice: String {
    switch self {
    case .notAnImage: "remove or replace it"
    case .unsupportedFormat: "convert to PNG or JPEG"
    case .damaged: "upload it again"
    case .truncated: "upload it again, whole"
    case .tooLarge: "shrink it or raise a limit"
    case .keyTooLong: "give it a shorter key"
    case .notFound: "refresh"
    case .changed: "process it again"
    case .accessDenied: "check the permissions"
    case .expiredCredentials: "renew the credentials"
    case .wrongRegion: "set the region"
    case .throttled: "retry, with fewer jobs"
    case .timeout: "retry"
    case .unavailable: "retry later"
    case .checksumMismatch: "retry"
    case .internal: "retry; if it stays, report"
    }
  }
}

extension FailureRecord {
  /// Why retrying leaves the object out, where it does.
  ///
  /// - Parameter etag: the source's, now.
  package func finality(for etag: String) -> String? {
    isFinal(for: etag) ? "Retrying leaves it out until the source changes, unless forced." : nil
  }
}

extension SkipReason {
  /// Why an object is left alone, as the rest of a sentence.
  package var sentence: String {
    switch self {
    case .complete: "all five renditions stand"
    case .permanentFailure: "failed for good, and the source has not changed since"
    case .unsupported: "another kind of file, by its suffix"
    case .rendition: "its key looks like a rendition's own"
    case .otherState: "not in the state asked for"
    case .notFound: "the source is gone"
    case .limit: "beyond the cap, for a later run"
    }
  }
}
