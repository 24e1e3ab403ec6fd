extension SeededNumbers {
  /// Changes bytes of a file, takes some out and repeats some, a few times.
  mutating func damage(_ file: inout [UInt8], times: ClosedRange<Int>) {
    for _ in 0..<Int.random(in: times, using: &self) {
      let place = Int.random(in: 0..<file.count, using: &self)
      switch Int.random(in: 0..<4, using: &self) {
      case 0: file[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
      case 1: file[place] = UInt8.random(in: 0...255, using: &self)
      case 2: file.removeSubrange(place..<min(file.count, place + Int.random(in: 1...30, using: &self)))
      default: file.insert(contentsOf: file[place..<min(file.count, place + 20)], at: place)
      }
      if file.isEmpty { file = [0] }
    }
  }
}
