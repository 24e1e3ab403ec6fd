package import ObjectStore
import Pipeline

/// What a store's error means to a person.
package struct StoreAdvice: Hashable, Sendable {
  /// What is wrong, and what to do; safe to show.
  package var text: String

  /// What is wrong, without the object's name: where it is on screen anyway.
  package init(reason error: StoreError) {
    text = DisplayText.plain(explanation(of: error))
  }

  package init(_ error: StoreError) {
    let sentence = DisplayText.plain(explanation(of: error))
    text = error.key.isEmpty ? sentence : "\(DisplayText.plain(error.key)): \(sentence)"
  }
}
