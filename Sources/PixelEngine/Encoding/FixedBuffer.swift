/// Plain memory for inner loops: of fixed length, owned, and not checked at each access.
struct FixedBuffer<Element: BitwiseCopyable>: ~Copyable {
  let start: UnsafeMutablePointer<Element>
  let count: Int

  init(repeating element: Element, count: Int) {
    self.count = count
    start = .allocate(capacity: count)
    start.initialize(repeating: element, count: count)
  }

  init(_ elements: [Element]) {
    count = elements.count
    start = .allocate(capacity: count)
    for (index, element) in elements.enumerated() { (start + index).initialize(to: element) }
  }

  deinit { start.deallocate() }

  /// - Parameter index: below `count`, which is the caller's to know.
  @inline(__always)
  subscript(index: Int) -> Element {
    get { start[index] }
    nonmutating set { start[index] = newValue }
  }
}
