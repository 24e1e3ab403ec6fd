package import ObjectStore
import Pipeline

/// What a store's error means to a person.
package struct StoreAdvice: Hashable, Sendable {
  /// What is wrong, and what to do; safe to show.
  package var text: String

  package init(_ error: StoreError) {
    let sentence = DisplayText.plain(explanation(of: error))
    text = error.key.isEmpty ? sentence : "\(DisplayText.plain(error.key)): \(sentence)"
  }
}
