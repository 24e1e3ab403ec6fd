/// Finds names by a part of them, as the command line does.
enum NameMatch {
  /// Those of the names that answer best what was typed, whatever its case, in the order in which they are offered:
  /// those that begin with it; where none does, those that contain it; else those that have its letters in their
  /// order, the closest together first.
  static func best(of names: some Sequence<String>, for text: String) -> [String] {
    let text = text.lowercased()
    let sorted = names.sorted()
    let begun = sorted.filter { $0.lowercased().hasPrefix(text) }
    if !begun.isEmpty { return begun }
    let spans = sorted.compactMap { name in span(of: text, in: name.lowercased()).map { (name: name, span: $0) } }
    let containing = spans.filter { $0.span == text.count }
    if !containing.isEmpty { return containing.map(\.name) }
    return spans.sorted { ($0.span, $0.name) < ($1.span, $1.name) }.map(\.name)
  }

  /// How many characters the shortest part of a name has in which all letters of a text come in order; nil: there is
  /// none.
  static func span(of text: String, in name: String) -> Int? {
    guard let first = text.first else { return 0 }
    let letters = Array(name)
    let starts = letters.indices.filter { letters[$0] == first }
    return starts.compactMap { start -> Int? in
      var next = start
      for letter in text {
        guard let found = letters[next...].firstIndex(of: letter) else { return nil }
        next = found + 1
      }
      return next - start
    }.min()
  }
}
