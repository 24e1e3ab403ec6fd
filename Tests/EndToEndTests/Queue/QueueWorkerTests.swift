import AWS
import Foundation
import ObjectStore
import TestServers
import Testing

@Suite("Worker of a queue, on a real server", .enabled(if: S3Engine.isWanted))
struct QueueWorkerProgramTests {
  @Test("Fifty uploads of hostile names become 250 renditions; a poison picture among them is one failure record")
  func fifty() async throws {
    let bench = try await QueueBench()
    var names = HostileNameTests.names.filter { !$0.hasSuffix("exe") }
    names += (names.count..<50).map { "folder \($0 % 3)/ü+\($0)%41 & 文.png" }
    for (index, name) in names.enumerated() {
      try await bench.put(name, try TestWorkspace.picture(width: 64 + index, height: 64, seed: index))
    }
    try await bench.put("poison.jpg", Array("no picture".utf8))

    let worker = try await bench.start("worker", "--drain", "--log-format", "json").result()
    #expect(worker.status == 1, "\(worker.errors)")
    #expect(worker.output.isEmpty && HostileNameTests.isHarmless(worker.errors))
    let log = try worker.log()
    #expect(log.count { $0["message"] as? String == "written" } == 50)
    #expect(log.filter { $0["level"] as? String == "error" }.map { $0["key"] as? String } == ["poison.jpg"])
    #expect(log.contains { $0["message"] as? String == "test message" })

    let keys = try await bench.keys(bench.destination)
    #expect(keys.count { $0.hasPrefix("pixelated-") } == 250)
    #expect(Set(keys.filter { $0.hasPrefix("pixelated-8x8-") }) == Set(names.map { "pixelated-8x8-" + $0 }))
    #expect(keys.filter { $0.hasPrefix(".pixelater/") } == [".pixelater/failures/poison.jpg"])
    let left = try await bench.queue.attributes()
    #expect(left.waiting == 0 && left.inFlight == 0)
    #expect(try await bench.deadLetters.attributes().waiting == 0)
  }

  @Test("Killed in the middle, a worker loses nothing: the next one does the rest")
  func kill() async throws {
    let bench = try await QueueBench(visibility: 2)
    let picture = try TestWorkspace.picture(width: 900, height: 700)
    for index in 0..<16 { try await bench.put("p\(index).png", picture) }
    let first = try bench.start("worker", "--jobs", "2", "--log-format", "json")
    try await eventually("something is written") { first.errors.contains("\"written\"") }
    first.signal(SIGKILL)
    #expect(try await first.result().status == 128 + SIGKILL)
    #expect(try await bench.keys(bench.destination).count < 80, "it was killed too late to tell anything")

    let second = try await bench.start("worker", "--drain").result()
    #expect(second.status == 0, "\(second.errors)")
    #expect(try await bench.keys(bench.destination).count == 80)
    let left = try await bench.queue.attributes()
    #expect(left.waiting == 0 && left.inFlight == 0)
    let verify = try await bench.run("verify")
    #expect(verify.status == 0, "\(verify.output)")
  }

  @Test("Told to stop, a worker finishes what it holds, leaves the rest in the queue and ends well")
  func stop() async throws {
    let bench = try await QueueBench()
    let picture = try TestWorkspace.picture(width: 900, height: 700)
    for index in 0..<16 { try await bench.put("p\(index).png", picture) }
    let worker = try bench.start("worker", "--jobs", "1", "--log-format", "json")
    try await eventually("something is written") { worker.errors.contains("\"written\"") }
    worker.signal(SIGTERM)
    let result = try await worker.result()
    #expect(result.status == 0, "\(result.errors)")
    let written = try result.log().count { $0["message"] as? String == "written" }
    #expect((1..<16).contains(written))
    #expect(try await bench.keys(bench.destination).count == 5 * written)
    let left = try await bench.queue.attributes()
    #expect(left.inFlight == 0 && left.waiting == 16 - written)
  }

  @Test("Handed over to a queue, objects are done by its worker; what was given up is listed, redriven and then gone")
  func handover() async throws {
    let bench = try await QueueBench(maximumReceives: 1)
    for name in ["a b.png", "c+d.png"] { try await bench.put(name, try TestWorkspace.picture(width: 64, height: 64)) }
    let first = try await bench.start("worker", "--drain").result()
    #expect(first.status == 0, "\(first.errors)")
    for key in try await bench.keys(bench.destination) where key.hasSuffix("a b.png") {
      try await bench.destination.delete(try #require(ObjectKey(key)))
    }
    let sent = try await bench.run("run", "--state", "pending", "--via", "queue", "--queue", bench.queueURL, "--json")
    #expect(sent.status == 0, "\(sent.errors)")
    #expect(try sent.rows().compactMap { $0["key"] as? String } == ["a b.png"])
    #expect(try await bench.keys(bench.destination).count == 5)
    try await bench.put("late.png", try TestWorkspace.picture(width: 64, height: 64))
    let unreadable = try await bench.queue.send(["hello world"])
    #expect(unreadable.isEmpty)
    let second = try await bench.start("worker", "--drain").result()
    #expect(second.status == 0, "\(second.errors)")
    #expect(try await bench.keys(bench.destination).count == 15)

    // What a function leaves when it gave up, of a picture whose renditions are lost.
    for key in try await bench.keys(bench.destination) where key.hasSuffix("late.png") {
      try await bench.destination.delete(try #require(ObjectKey(key)))
    }
    let record = """
      {"version":"1.0","requestContext":{"condition":"RetriesExhausted","approximateInvokeCount":3},"requestPayload":
      {"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":
      {"name":"\(bench.source.bucket)"},"object":{"key":"late.png"}}}]},"responsePayload":{"errorMessage":"no memory"}}
      """
    let faults = try await bench.deadLetters.send([record])
    #expect(faults.isEmpty)
    for _ in 0..<2 {
      let list = try await bench.run("dead-letters", "list", "--queue", bench.queueURL, "--json")
      let rows = try list.rows()
      #expect(rows.count == 2, "\(list.output) \(list.errors)")
      #expect(
        rows.contains { $0["keys"] as? [String] == ["late.png"] && "\($0["reason"] ?? "")".contains("no memory") })
    }
    let planned = try await bench.run("dead-letters", "redrive", "--queue", bench.queueURL, "--json", "--dry-run")
    let plan = try #require(try planned.rows().first?["plan"] as? [String: Any])
    #expect(plan["objects"] as? Int == 1 && plan["unreadable"] as? Int == 1)
    let redriven = try await bench.run("dead-letters", "redrive", "--queue", bench.queueURL, "--json")
    let summary = try #require(try redriven.rows().last?["summary"] as? [String: Any])
    #expect(summary["done"] as? Int == 1 && summary["kept"] as? Int == 1, "\(redriven.output)")
    #expect(try await bench.keys(bench.destination).count == 15)
    let left = try await bench.deadLetters.attributes()
    #expect(left.waiting == 1 && left.inFlight == 0)
  }

  @Test("A bucket that is not there, a queue that is not there, and no queue at all are told as such")
  func mistakes() async throws {
    let bench = try await QueueBench()
    try await bench.put("a.png", try TestWorkspace.picture())
    let noBucket = try await bench.pixelater.run(
      ["worker", "--drain", "--queue", bench.queueURL, "--destination", "s3://\(bench.destination.bucket)-not"],
      located: false)
    #expect(noBucket.status == 69 && noBucket.errors.contains("is not there"), "\(noBucket.errors)")
    #expect(try await bench.queue.attributes().waiting >= 1)
    let noQueue = try await bench.pixelater.run(
      ["worker", "--drain", "--queue", bench.queueURL + "-not"], located: false)
    #expect(noQueue.status == 69 && noQueue.errors.contains("queue is not there"), "\(noQueue.errors)")
    let noURL = try await bench.pixelater.run(["worker", "--drain", "--queue", "uploads"], located: false)
    #expect(noURL.status == 64 && noURL.errors.contains("URL of a queue"), "\(noURL.errors)")
    let folder = try await bench.pixelater("worker", "--drain", "--queue", bench.queueURL)
    #expect(folder.status == 64 && folder.errors.contains("tells of a bucket"), "\(folder.errors)")
  }
}
