import Foundation
import LambdaRuntime
import TestServers
import Testing

@Suite("The function's log", .timeLimit(.minutes(10)))
struct LogTests {
  @Test("Every line of an event names it; each is one JSON object")
  func requestID() async throws {
    let api = try ScriptedRuntimeAPI([.init("one"), .init("two")])
    let lines = Lines()
    _ = try await api.runtime(log: lines.log).run { (_, context) async throws(InvocationFailure) in
      context.log(.info, "working", ["key": .string("a\nb"), "count": .number(3), "done": .flag(true)])
      if context.requestID == "two" { throw InvocationFailure(type: "Function.Test", message: "as asked") }
      return []
    }
    let objects = lines.objects
    #expect(objects.map { $0["requestId"] } == ["one", "two", "two", nil])
    #expect(objects.map { $0["level"] } == ["INFO", "INFO", "ERROR", "FATAL"])
    #expect(objects.first?["key"] == "a\nb")
    #expect(objects.first?["count"] == "3")
    #expect(lines.all.allSatisfy { $0.hasSuffix("}\n") && $0.dropLast().allSatisfy { $0 != "\n" } })
    for object in objects {
      let time = try #require(object["timestamp"])
      #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
    }
  }

  @Test("The time is the time of day")
  func time() throws {
    let lines = Lines()
    let before = Date.now.addingTimeInterval(-0.002)
    lines.log(.info, "now")
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    let time = try style.parse(try #require(lines.objects.first?["timestamp"]))
    #expect((before...Date.now).contains(time))
  }

  @Test("Foreign text comes back as it was, and cannot move a screen")
  func hostile() throws {
    let text = "\u{1B}[2J\u{9B}\u{202E}\u{200B}\u{2028}\u{FEFF}\"\\\r\n\t\u{0}\u{7F}é😀"
    let lines = Lines()
    lines.log(.warn, text, [text: .string(text)])
    #expect(lines.objects.first?["message"] == text)
    #expect(lines.objects.first?[text] == text)
    let visible = try #require(lines.all.first).dropLast().unicodeScalars
    #expect(visible.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && $0 != "\u{202E}" })
  }

  @Test("What is less important than asked for is not written")
  func level() {
    let lines = Lines()
    let log = LambdaLog(minimum: .warn) { line in lines.log(.info, String(decoding: line, as: UTF8.self)) }
    log(.info, "no")
    log(.debug, "no")
    log(.warn, "yes")
    log(.fatal, "yes")
    #expect(lines.all.count == 2)
  }
}
