import ObjectStore

/// What a listing has to give, said as plainly as can be: all keys in memory, one pass.
struct ListModel {
  private let keys: [[UInt8]]

  init(keys: [ObjectKey]) {
    self.keys = keys.sorted().map { Array($0.string.utf8) }
  }

  /// Keys and common prefixes in the order they come.
  func entries(_ request: ListRequest) -> (objects: [String], prefixes: [String]) {
    var objects: [String] = []
    var prefixes: [String] = []
    let prefix = Array(request.prefix.utf8)
    let after = request.startAfter.map { Array($0.utf8) }
    let delimiter = request.delimiter.map { Array($0.utf8) } ?? []
    for text in keys {
      guard text.starts(with: prefix) else { continue }
      if let after, !after.lexicographicallyPrecedes(text) { continue }
      if !delimiter.isEmpty {
        let starts = prefix.count..<max(prefix.count, text.count - delimiter.count + 1)
        if let start = starts.first(where: { text[$0...].starts(with: delimiter) }) {
          let common = String(decoding: text[..<(start + delimiter.count)], as: UTF8.self)
          if prefixes.last.map({ Array($0.utf8) }) != Array(common.utf8) { prefixes.append(common) }
          continue
        }
      }
      objects.append(String(decoding: text, as: UTF8.self))
    }
    return (objects, prefixes)
  }
}
