/// Which keys a listing wants, and how it rolls them up: the rules of `ListRequest` in bytes.
struct ListFilter: Sendable {
  let prefix: [UInt8]
  let startAfter: [UInt8]?
  let delimiter: [UInt8]?
  /// 1 to 1,000.
  let pageSize: Int

  init(_ request: ListRequest) {
    prefix = Array(request.prefix.utf8)
    startAfter = request.startAfter.map { Array($0.utf8) }
    delimiter = request.delimiter.flatMap { $0.isEmpty ? nil : Array($0.utf8) }
    pageSize = min(max(request.pageSize, 1), 1000)
  }

  /// The common prefix that `key`, a listed key, is rolled into: its part up to and with the first delimiter after
  /// the prefix. Nil where it stands for itself.
  func commonPrefix(of key: [UInt8]) -> ArraySlice<UInt8>? {
    guard let delimiter, key.count >= prefix.count + delimiter.count else { return nil }
    for start in prefix.count...(key.count - delimiter.count)
    where key[start...].hasPrefix(delimiter) {
      return key[..<(start + delimiter.count)]
    }
    return nil
  }
}

/// A page while it is filled: objects and common prefixes count alike towards its size.
struct PageBuilder {
  private(set) var page = ListPage()
  let size: Int

  var isFull: Bool { page.objects.count + page.commonPrefixes.count >= size }
  var isEmpty: Bool { page.objects.isEmpty && page.commonPrefixes.isEmpty }

  init(size: Int) {
    self.size = size
  }

  mutating func append(_ object: ObjectSummary) { page.objects.append(object) }
  mutating func append(commonPrefix: ArraySlice<UInt8>) {
    page.commonPrefixes.append(String(decoding: commonPrefix, as: UTF8.self))
  }
}
