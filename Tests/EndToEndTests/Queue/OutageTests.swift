import AWS
import Foundation
import ObjectStore
import TestServers
import Testing

/// What goes wrong around the workers of a queue. `PIXELATER_SOAK=1` makes it last as long as the worst that they are
/// meant for.
@Suite("Workers of a queue in trouble", .enabled(if: S3Engine.isWanted), .serialized, .timeLimit(.minutes(30)))
struct OutageTests {
  private static let isSoak = ProcessInfo.processInfo.environment["PIXELATER_SOAK"] == "1"

  @Test("Three workers share what comes: every picture has its renditions, and is made once")
  func three() async throws {
    let bench = try await QueueBench()
    let names = (0..<120).map { "folder \($0 % 3)/ü+\($0)%41 & 文.png" }
    for (index, name) in names.enumerated() { try await bench.put(name, try TestWorkspace.picture(seed: index)) }
    let workers = try (0..<3).map { _ in try bench.start("worker", "--drain", "--jobs", "2", "--log-format", "json") }
    var written: [String] = []
    for worker in workers {
      let result = try await worker.result()
      #expect(result.status == 0, "\(result.errors)")
      let own = try result.log().filter { $0["message"] as? String == "written" }.compactMap { $0["key"] as? String }
      #expect(!own.isEmpty, "one had nothing to do")
      written += own
    }
    #expect(written.count == names.count && Set(written) == Set(names))
    try await expectDone(bench, pictures: names.count)
  }

  @Test("A poison picture among hundreds is one failure record, and takes nobody with it")
  func poison() async throws {
    let bench = try await QueueBench()
    let count = Self.isSoak ? 500 : 150
    for index in 0..<count {
      if index == count / 2 { try await bench.put("poison.png", Array("no picture".utf8)) }
      try await bench.put("\(index).png", try TestWorkspace.picture(seed: index))
    }
    let worker = try await bench.start("worker", "--drain", "--log-format", "json").result()
    #expect(worker.status == 1, "\(worker.errors)")
    // It was looked at once, not again and again.
    #expect(try worker.log().count { $0["key"] as? String == "poison.png" } == 1)
    try await expectDone(bench, pictures: count, records: [".pixelater/failures/poison.png"])
  }

  @Test("After an outage everything is done, and nothing has gone to the dead letters")
  func outage() async throws {
    let bench = try await QueueBench()
    let proxy = try OutageProxy(target: try #require(URL(string: bench.endpoint)?.port.map(UInt16.init)))
    var pixelater = bench.pixelater
    pixelater.environment["AWS_ENDPOINT_URL_S3"] = proxy.url
    let count = 60
    for index in 0..<count { try await bench.put("\(index).png", try TestWorkspace.picture(seed: index)) }
    let worker = try pixelater.start(
      ["worker", "--drain", "--log-format", "json", "--queue", bench.queueURL], located: false)
    try await eventually("something is written") { worker.errors.contains("\"written\"") }
    proxy.setOut(true)
    try await Task.sleep(for: .seconds(Self.isSoak ? 60 : 12))
    proxy.setOut(false)
    let result = try await worker.result()
    #expect(result.status == 0, "\(result.errors)")
    #expect(proxy.refused > 0)
    #expect(proxy.refused < 1500, "an outage is no reason to ask without end: \(proxy.refused)")
    try await expectDone(bench, pictures: count)
  }

  @Test("However often a worker is killed, nothing is lost")
  func kills() async throws {
    // A receive that ended in a kill counts; so many are not meant to end among the dead letters here.
    let bench = try await QueueBench(visibility: 2, maximumReceives: 1000)
    let (count, kills) = Self.isSoak ? (2000, 100) : (150, 10)
    for index in 0..<count { try await bench.put("\(index).png", try TestWorkspace.picture(seed: index)) }
    var wasBusy = 0
    for _ in 0..<kills {
      let worker = try bench.start("worker", "--log-format", "json")
      try await Task.sleep(for: .milliseconds(Int.random(in: 150...900)))
      worker.signal(SIGKILL)
      let result = try await worker.result()
      #expect(result.status == 128 + SIGKILL, "\(result.errors)")
      if result.errors.contains("\"written\"") { wasBusy += 1 }
    }
    #expect(wasBusy > 0, "they were killed too early to tell anything")
    let last = try await bench.start("worker", "--drain").result()
    #expect(last.status == 0, "\(last.errors)")
    try await expectDone(bench, pictures: count)
  }

  /// Every picture has its five, as `verify` sees them too; both queues are empty.
  private func expectDone(_ bench: QueueBench, pictures: Int, records: [String] = []) async throws {
    let keys = try await bench.keys(bench.destination)
    #expect(keys.count { $0.hasPrefix("pixelated-") } == 5 * pictures)
    #expect(keys.filter { $0.hasPrefix(".pixelater/") } == records)
    let left = try await bench.queue.attributes()
    #expect(left.waiting == 0 && left.inFlight == 0)
    let dead = try await bench.deadLetters.attributes()
    #expect(dead.waiting == 0 && dead.inFlight == 0)
    let verify = try await bench.run("verify")
    #expect(verify.status == 0, "\(verify.output)")
  }
}
