import ObjectStore

/// What a listing has to give, said as plainly as can be: all keys in memory, one pass.
struct ListModel {
  var keys: [ObjectKey]

  /// Keys and common prefixes in the order they come.
  func entries(_ request: ListRequest) -> (objects: [String], prefixes: [String]) {
    var objects: [String] = []
    var prefixes: [String] = []
    for key in keys.sorted() {
      let text = Array(key.string.utf8)
      let prefix = Array(request.prefix.utf8)
      guard text.starts(with: prefix) else { continue }
      if let after = request.startAfter, !Array(after.utf8).lexicographicallyPrecedes(text) { continue }
      if let delimiter = request.delimiter.map({ Array($0.utf8) }), !delimiter.isEmpty {
        let starts = prefix.count..<max(prefix.count, text.count - delimiter.count + 1)
        if let start = starts.first(where: { text[$0...].starts(with: delimiter) }) {
          let common = String(decoding: text[..<(start + delimiter.count)], as: UTF8.self)
          if prefixes.last.map({ Array($0.utf8) }) != Array(common.utf8) { prefixes.append(common) }
          continue
        }
      }
      objects.append(key.string)
    }
    return (objects, prefixes)
  }
}
