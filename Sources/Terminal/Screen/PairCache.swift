/// Which colour pair stands for which two colours. Pairs are handed out once and kept; when all are taken the oldest that
/// no cell uses is given to new colours.
///
/// ncurses has an allocator of its own, but it never gets pairs back once default colours are in use.
struct PairCache {
  /// Defines a pair on the terminal; false where ncurses refuses it. `unseen`: no cell of the screen has the pair.
  typealias Definition = (_ pair: Int32, _ foreground: Int32, _ background: Int32, _ unseen: Bool) -> Bool

  private struct Slot {
    var colors: UInt64 = 0
    /// Cells on the screen that use the pair.
    var uses: Int32 = 0
    /// The last frame that asked for it: a pair is not given away within the frame it was handed out in.
    var frame: UInt32 = 0
    var taken = false
  }

  private var slots: [Slot]
  private var pairs: [UInt64: Int32] = [:]
  private var oldest = 1
  private var frame: UInt32 = 1
  private var released: [Int32] = []
  /// Whether `uses` counts less than the screen still shows: pairs of this frame's changed cells were given away.
  private var isShort = false
  private let capacity: Int
  private let define: Definition

  /// - Parameter capacity: pairs 1 to `capacity` may be defined; pair 0 is the terminal's own colours.
  init(capacity: Int, define: @escaping Definition) {
    self.capacity = max(0, capacity)
    self.define = define
    slots = [Slot()]
  }

  mutating func beginFrame() {
    settleReleases()
    isShort = false
    frame &+= 1
  }

  /// The pair for two colours (-1 is the terminal's own); nil where every pair is in use by other colours.
  mutating func pair(_ foreground: Int32, _ background: Int32) -> Int32? {
    if foreground < 0, background < 0 { return 0 }
    let key = UInt64(UInt32(bitPattern: foreground)) << 32 | UInt64(UInt32(bitPattern: background))
    if let known = pairs[key] {
      slots[Int(known)].frame = frame
      return known
    }
    guard let free = freeSlot() else { return nil }
    if slots[free].taken { pairs[slots[free].colors] = nil }
    slots[free].taken = false
    guard define(Int32(free), foreground, background, !isShort) else { return nil }
    slots[free] = Slot(colors: key, uses: 0, frame: frame, taken: true)
    pairs[key] = Int32(free)
    return Int32(free)
  }

  /// A cell shows `new` where it showed `old`.
  mutating func replace(_ old: Int32, with new: Int32) {
    guard old != new else { return }
    if old > 0 { released.append(old) }
    if new > 0 { slots[Int(new)].uses += 1 }
  }

  /// No cell uses any pair any more; what the pairs mean stays known.
  mutating func releaseAll() {
    released.removeAll()
    for index in slots.indices { slots[index].uses = 0 }
  }

  private mutating func settleReleases() {
    for pair in released { slots[Int(pair)].uses -= 1 }
    released.removeAll(keepingCapacity: true)
  }

  private mutating func freeSlot() -> Int? {
    if slots.count <= capacity {
      slots.append(Slot())
      return slots.count - 1
    }
    if let found = recyclable() { return found }
    // Few pairs: those of cells that are about to change in this very frame will do.
    guard !released.isEmpty else { return nil }
    settleReleases()
    isShort = true
    return recyclable()
  }

  private mutating func recyclable() -> Int? {
    for _ in 0..<capacity {
      let candidate = oldest
      oldest = oldest >= capacity ? 1 : oldest + 1
      if slots[candidate].uses == 0, slots[candidate].frame != frame { return candidate }
    }
    return nil
  }
}
