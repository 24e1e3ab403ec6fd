import ArgumentParser
import Pipeline

/// `--state failed partial` or `--state failed,partial`.
struct StateFilter: ParsableArguments, Sendable {
  @Option(
    name: .customLong("state"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "Only objects in these states: \(ObjectState.listed.map(\.rawValue).joined(separator: ", ")).", valueName: "s"),
    completion: .list(ObjectState.listed.map(\.rawValue)))
  var words: [String] = []

  var states: Set<ObjectState> { Set(words.flatMap(Self.split).compactMap(ObjectState.init(rawValue:))) }

  func validate() throws {
    for word in words.flatMap(Self.split) where ObjectState(rawValue: word).map(ObjectState.listed.contains) != true {
      throw ValidationError(
        "'\(word)' is no state; the states are \(ObjectState.listed.map(\.rawValue).joined(separator: ", "))")
    }
  }

  private static func split(_ word: String) -> [String] { word.split(separator: ",").map(String.init) }
}

extension ObjectState {
  /// Those that a listing can tell; the others are known only to a process that works.
  static let listed: [ObjectState] = [.complete, .partial, .pending, .stale, .failed, .unsupported]
}
