import Glibc

/// Ways for a process to end that no program plans.
enum Crash {
  static func trap() -> Never {
    let empty: [Int] = []
    let index = Int(getpid())
    print(empty[index])
    exit(1)
  }

  static func segmentationFault() {
    UnsafeMutablePointer<Int>(bitPattern: 8)?.pointee = 1
  }

  static func abort() -> Never { Glibc.abort() }

  static func exit() -> Never { exit(5) }

  private static func exit(_ status: Int32) -> Never { Glibc.exit(status) }

  static func overflowStack() {
    print(deep(Int(getpid())))
  }

  private static func deep(_ number: Int) -> Int {
    number == -1 ? 0 : deep(number &+ 1) &* 3 &+ deep(number &+ 2)
  }
}
