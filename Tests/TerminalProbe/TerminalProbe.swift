import Console
import Glibc
import Terminal

/// Drives the terminal as the product does, for tests: `terminal-probe [truecolor|256|16|8|mono] [twice]`, with
/// `twice` one application after another. Its exit status is what
/// `run` returns, or 2 where the terminal cannot be used, with the reason on standard error.
@main
enum TerminalProbe {
  static func main() {
    if CommandLine.arguments.count == 3, CommandLine.arguments[1] == "describe" {
      exit(describe(CommandLine.arguments[2]))
    }
    var options = TerminalOptions()
    for argument in CommandLine.arguments.dropFirst() {
      if let depth = ColorDepth(rawValue: argument) { options.depth = depth }
      if argument.hasPrefix("/") { options.errorLog = argument }
    }
    do {
      var status: Int32 = 0
      for _ in 0..<(CommandLine.arguments.contains("twice") ? 2 : 1) {
        status = try run(options: options) { capabilities, size, post in
          ProbeApplication(capabilities: capabilities, size: size, post: post) { post, count in
            Background.post(count, post)
          }
        }
      }
      exit(status)
    } catch {
      fputs("\(error)\n", stderr())
      exit(2)
    }
  }

  /// Prints a terminal description as the driver reads it, one capability a line.
  private static func describe(_ term: String) -> Int32 {
    guard let entry = TerminfoEntry(reading: term) else { return 1 }
    for name in entry.flags { print("flag", name) }
    for (name, value) in entry.numbers { print("number", name, value) }
    for (name, value) in entry.strings { print("string", name, value.map { String($0) }.joined(separator: ",")) }
    return 0
  }

  /// The variable `stderr` is shared mutable state to Swift 6.
  private static func stderr() -> UnsafeMutablePointer<FILE>? { fdopen(2, "w") }
}

/// Posts numbered frames from a thread of its own.
enum Background {
  private final class Job: Sendable {
    let count: Int
    let post: @Sendable (ProbeApplication.Message) -> Void

    init(count: Int, post: @escaping @Sendable (ProbeApplication.Message) -> Void) {
      self.count = count
      self.post = post
    }
  }

  static func post(_ count: Int, _ post: @escaping @Sendable (ProbeApplication.Message) -> Void) {
    let job = Unmanaged.passRetained(Job(count: count, post: post)).toOpaque()
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { raw in
        guard let raw else { return nil }
        let job = Unmanaged<Job>.fromOpaque(raw).takeRetainedValue()
        for number in 1...job.count { job.post(.frame(number)) }
        return nil
      }, job)
    pthread_detach(thread)
  }
}
