package import ObjectStore
package import Pipeline

/// What to do about a failure, by its code: said wherever one is shown.
package struct FailureAdvice: Hashable, Sendable {
  /// A few words, for a column.
  package var short: String
  /// A sentence or two.
  package var long: String

  /// - Parameter isFinal: whether the source is still what it was when it failed for good.
  package init(_ code: FailureCode, isFinal: Bool) {
    switch code {
    case .notAnImage:
      short = "remove or replace it"
      long = "The content is no picture. Remove it from the source, or put the picture there that was meant."
    case .unsupportedFormat:
      short = "convert to PNG or JPEG"
      long = "Convert the picture to PNG or JPEG and put it in its place."
    case .damaged:
      short = "upload it again"
      long = "Parts of the picture are corrupt. Upload a good copy; it is then processed again."
    case .truncated:
      short = "upload it again, whole"
      long = "The picture ends too early, as after a broken upload. Upload it again, whole."
    case .tooLarge:
      short = "shrink it or raise a limit"
      long = "The picture passes a limit. Make it smaller, or raise the limit in the settings."
    case .keyTooLong:
      short = "give it a shorter key"
      long = "With a rendition's prefix the key would pass 1,024 bytes. Give the object a shorter key."
    case .notFound:
      short = "refresh"
      long = "The object went away while it was processed. Refresh; if it is gone for good, so is this."
    case .changed:
      short = "process it again"
      long = "The object changed while it was processed. Process it again."
    case .accessDenied:
      short = "check the permissions"
      long = "The store refused. Check the permissions for this object and its bucket, then process it again."
    case .expiredCredentials:
      short = "sign in again"
      long = "The credentials have expired. Get new ones, start the console again, then retry what failed."
    case .wrongRegion:
      short = "set the region"
      long = "The bucket is in another region. Set the right one, then retry what failed."
    case .throttled:
      short = "retry, with fewer jobs"
      long = "The store asked to slow down. Retry; with fewer jobs at once it is less likely."
    case .timeout:
      short = "retry"
      long = "An answer took too long. Retry; if it comes again, look at the network."
    case .unavailable:
      short = "retry later"
      long = "The store could not answer. Retry later."
    case .checksumMismatch:
      short = "retry"
      long = "What arrived was not what was sent. Retry; if it comes again, look at the network or the disk."
    case .internal:
      short = "report it"
      long = "This is a fault of pixelater. Please report it with the picture; processing again may help."
    }
    if isFinal { long += " Until the source changes, trying again ends the same way, so it is left out unless forced." }
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
    }
  }
}

/// What a store's error means to a person.
package struct StoreAdvice: Hashable, Sendable {
  /// What is wrong, and what to do; safe to show.
  package var text: String

  package init(_ error: StoreError) {
    let sentence = DisplayText.plain(explanation(of: error))
    text = error.key.isEmpty ? sentence : "\(DisplayText.plain(error.key)): \(sentence)"
  }
}
