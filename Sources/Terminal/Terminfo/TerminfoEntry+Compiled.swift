extension TerminfoEntry {
  /// The entry in the compiled format with 32-bit numbers and extended names: term(5), "Extended number format" and
  /// "Extended storage format". Nil where it would not fit the format's 16-bit offsets.
  package func compiled() -> [UInt8]? {
    var table = StringTable()
    let lastFlag = CapabilityNames.flags.lastIndex { flags.contains($0) } ?? -1
    let lastNumber = CapabilityNames.numbers.lastIndex { numbers[$0] != nil } ?? -1
    let lastString = CapabilityNames.strings.lastIndex { strings[$0] != nil } ?? -1
    let offsets = CapabilityNames.strings.prefix(lastString + 1).map { table.add(strings[$0]) }
    guard table.fits, names.utf8.count < 512 else { return nil }

    var out = Output()
    // Magic number, then the sizes of the sections that follow.
    for value in [0o1036, names.utf8.count + 1, lastFlag + 1, lastNumber + 1, lastString + 1, table.bytes.count] {
      out.short(value)
    }
    out.bytes += Array(names.utf8) + [0]
    out.bytes += CapabilityNames.flags.prefix(lastFlag + 1).map { flags.contains($0) ? 1 : 0 }
    out.align()
    for name in CapabilityNames.numbers.prefix(lastNumber + 1) { out.long(numbers[name] ?? -1) }
    for offset in offsets { out.short(offset) }
    out.bytes += table.bytes
    return appendExtended(to: &out) ? out.bytes : nil
  }

  private func appendExtended(to out: inout Output) -> Bool {
    let extraFlags = flags.subtracting(CapabilityNames.flags).sorted()
    let extraNumbers = numbers.keys.filter { !CapabilityNames.numbers.contains($0) }.sorted()
    let extraStrings = strings.keys.filter { !CapabilityNames.strings.contains($0) }.sorted()
    let extraNames = extraFlags + extraNumbers + extraStrings
    guard !extraNames.isEmpty else { return true }

    var values = StringTable()
    let valueOffsets = extraStrings.map { values.add(strings[$0]) }
    // Offsets of names count from the end of the values.
    var labels = StringTable()
    let labelOffsets = extraNames.map { labels.add(Array($0.utf8)) }
    guard values.fits, labels.fits, values.bytes.count + labels.bytes.count <= Int(Int16.max) else { return false }

    out.align()
    for value in [
      extraFlags.count, extraNumbers.count, extraStrings.count,
      extraStrings.count + extraNames.count, values.bytes.count + labels.bytes.count,
    ] { out.short(value) }
    out.bytes += extraFlags.map { _ in 1 }
    out.align()
    for name in extraNumbers { out.long(numbers[name] ?? -1) }
    for offset in valueOffsets + labelOffsets { out.short(offset) }
    out.bytes += values.bytes + labels.bytes
    return true
  }

  private struct StringTable {
    var bytes: [UInt8] = []
    var fits: Bool { bytes.count <= Int(Int16.max) }

    /// Adds a string and its NUL; the offset, or -1 for an absent one.
    mutating func add(_ string: [UInt8]?) -> Int {
      guard let string else { return -1 }
      defer { bytes += string + [0] }
      return min(bytes.count, Int(Int16.max))
    }
  }

  /// Little-endian, whatever the machine.
  private struct Output {
    var bytes: [UInt8] = []

    mutating func short(_ value: Int) {
      let bits = UInt16(truncatingIfNeeded: value)
      bytes += [UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8)]
    }

    mutating func long(_ value: Int32) {
      let bits = UInt32(bitPattern: value)
      bytes += [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: bits >> UInt32($0)) }
    }

    /// Numbers start at even offsets.
    mutating func align() {
      if bytes.count % 2 != 0 { bytes.append(0) }
    }
  }
}
