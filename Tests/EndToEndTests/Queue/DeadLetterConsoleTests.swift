import AWS
import Foundation
import ObjectStore
import TestServers
import Testing

@Suite(
  "Dead letters in the console, on a real server", .enabled(if: S3Engine.isWanted),
  .disabled(if: Tmux.isMissingByDesign, "tmux is not installed"))
struct DeadLetterConsoleTests {
  /// Gives messages out as often as a worker takes them that ends each time, until they are dead letters.
  private func exhaust(_ bench: QueueBench, letters: Int) async throws {
    try await eventually("\(letters) dead letters") {
      _ = try await bench.queue.receive(limit: 10, wait: 0, visibility: 0)
      return try await bench.deadLetters.attributes().waiting == letters
    }
  }

  private func letters(_ bench: QueueBench) async throws -> Int {
    let found = try await bench.deadLetters.attributes()
    return found.waiting + found.inFlight
  }

  @Test("What was given up is counted, listed, redriven when it is mended, and gone once its renditions stand")
  func redrive() async throws {
    let bench = try await QueueBench(maximumReceives: 2)
    let picture = try TestWorkspace.picture(width: 64, height: 48)
    try await bench.put("beach & sea.png", Array("no picture yet".utf8))
    try await bench.put("dunes.png", picture)
    let faults = try await bench.queue.send(["hello \u{202E}world"])
    #expect(faults.isEmpty)
    // The server's own test message is given up likewise.
    try await eventually("all messages are there") { try await bench.queue.attributes().waiting >= 3 }
    let all = try await bench.queue.attributes().waiting
    try await exhaust(bench, letters: all)

    // What a function leaves in a bucket when it has given up.
    let record = """
      {"version":"1.0","timestamp":"2026-01-02T03:04:05.000Z","requestContext":{"requestId":"r-1","condition":
      "RetriesExhausted","approximateInvokeCount":3},"requestPayload":{"Records":[{"eventVersion":"2.1","eventSource":
      "aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"\(bench.source.bucket)"},"object":
      {"key":"dunes.png"}}}]},"responsePayload":{"errorMessage":"out of \u{202E}memory"}}
      """
    let recordKey = try #require(ObjectKey("letters/2026/01/02/r-1"))
    try await bench.destination.put(recordKey, Array(record.utf8))
    let place = "s3://\(bench.destination.bucket)/letters/"
    let world = bench.pixelater.environment.merging(
      [
        "PIXELATER_QUEUE": bench.queueURL, "PIXELATER_DEAD_LETTERS": place,
        "PIXELATER_DESTINATION": "s3://\(bench.destination.bucket)/out/",
      ]) { _, new in new }
    let console = try await Tmux(bench.workspace, command: "$pixelater", columns: 150, rows: 30, world: world)
    do {
      try await console.wait(for: "queue 0", "\(all + 1) dead, oldest ")
      try await console.press("4")
      try await console.waitForLine("dunes.png", "RetriesExhausted", "letters/")
      try await console.waitForLine("beach & sea.png", "not told", String(bench.deadLetters.url.suffix(12)))
      try await console.waitForLine("× unreadable")
      // A look leaves them where they are, for others to see.
      try await eventually("all letters are given back") {
        try await bench.deadLetters.attributes().waiting == all
      }

      // It fails again, stays, and says why.
      try await console.type("/err:retries")
      try await console.press("Enter")
      try await console.press("Enter")
      try await console.wait(for: "out of \\u{202E}memory", "r-1", "3 times")
      try await console.press("Escape")
      try await console.wait(for: "1 shown")
      try await console.press("r")
      try await console.wait(for: "Redrive this dead letter?")
      try await console.press("Enter")
      try await console.wait(for: "Redriven 1")
      #expect(try await bench.keys(bench.destination, prefix: "letters/").isEmpty)
      #expect(try await bench.keys(bench.destination).filter { $0.hasSuffix("dunes.png") }.count == 5)
      // Its renditions are lost again, for the letter of the queue.
      for key in try await bench.keys(bench.destination, prefix: "out/") {
        try await bench.destination.delete(try #require(ObjectKey(key)))
      }
      try await console.press("Escape")
      try await console.waitForLine("beach & sea.png", "not told")
      try await console.type("/beach")
      try await console.press("Enter")
      try await console.press("r")
      try await console.wait(for: "Redrive this dead letter?", "Process 1 object here.")
      try await console.press("Enter")
      try await console.waitForLine("beach & sea.png", "! failed again")
      try await console.press("Enter")
      try await console.wait(for: "not-an-image", "ObjectCreated", "ETag")
      try await console.press("Escape")
      // A key that follows Esc at once is another key, with Alt.
      try await console.wait(for: "1 shown")
      #expect(try await letters(bench) == all)

      // Mended, it is done, and the letter is gone.
      try await bench.put("beach & sea.png", picture)
      try await console.press("r")
      try await console.wait(for: "Redrive this dead letter?")
      try await console.press("Enter")
      try await console.wait(for: "Redriven 1")
      #expect(try await bench.keys(bench.destination).filter { $0.hasSuffix("beach & sea.png") }.count == 5)
      #expect(try await letters(bench) == all - 1)
      #expect(try await bench.keys(bench.destination, prefix: "out/.pixelater/").isEmpty)

      // The other goes to the queue, whose worker does it.
      try await console.press("Escape")
      try await console.waitForLine("dunes.png", "not told")
      try await console.type("/dunes")
      try await console.press("Enter")
      try await console.press("r")
      try await console.press("w")
      try await console.wait(for: "Send 1 event to the queue")
      try await console.press("Enter")
      try await eventually("the event waits") { try await bench.queue.attributes().waiting == 2 }
      let worker = try await bench.start(
        "worker", "--drain", "--destination", "s3://\(bench.destination.bucket)/out/"
      ).result()
      #expect(worker.status == 0, "\(worker.errors)")
      try await eventually("the letter is gone") { try await letters(bench) == all - 2 }
      #expect(try await bench.keys(bench.destination).filter { $0.hasSuffix("dunes.png") }.count == 5)
      try await console.press("5")
      try await console.waitForLine("dunes.png", "redriven; its outputs stand, and the letter is gone")
    } catch {
      await console.end()
      throw error
    }
    await console.end()
    #expect(try await bench.deadLetters.attributes().waiting == all - 2)
  }

  @Test("Objects handed over to the queue are queued on the screen until a worker has done them")
  func handOver() async throws {
    let bench = try await QueueBench()
    try await bench.put("a.png", try TestWorkspace.picture())
    let drained = try await bench.start("worker", "--drain").result()
    #expect(drained.status == 0)
    for key in try await bench.keys(bench.destination) {
      try await bench.destination.delete(try #require(ObjectKey(key)))
    }
    let console = try await Tmux(
      bench.workspace, command: "$pixelater console --queue " + bench.queueURL, columns: 120, rows: 30,
      world: bench.pixelater.environment)
    do {
      try await console.waitForLine("a.png", "○ pending")
      try await console.press("r")
      try await console.wait(for: "here, in this process")
      try await console.press("w")
      try await console.wait(for: "Send 1 event to the queue", "less than $0.01")
      try await console.press("Enter")
      try await console.waitForLine("a.png", "◌ queued")
      #expect(try await bench.keys(bench.destination).isEmpty)
      let worker = try await bench.start("worker", "--drain").result()
      #expect(worker.status == 0)
      try await console.press("R")
      try await console.waitForLine("a.png", "● complete")
    } catch {
      await console.end()
      throw error
    }
    await console.end()
  }

  @Test("A queue that cannot be reached is said, and keeps nobody from the objects")
  func unreachable() async throws {
    let bench = try await QueueBench()
    try await bench.put("a.png", try TestWorkspace.picture())
    let world = bench.pixelater.environment.merging(["PIXELATER_QUEUE": bench.queueURL + "-not"]) { _, new in new }
    let console = try await Tmux(bench.workspace, command: "$pixelater", columns: 120, rows: 30, world: world)
    do {
      try await console.waitForLine("a.png", "○ pending")
      try await console.wait(for: "queue does not answer")
      try await console.press("4")
      try await console.wait(for: "The dead letters cannot be read", "The queue is not there", "R looks again")
    } catch {
      await console.end()
      throw error
    }
    await console.end()
  }

  @Test("In a terminal a redrive on the command line asks first; what is set need not be named")
  func asks() async throws {
    let bench = try await QueueBench(maximumReceives: 1)
    try await bench.put("a.png", try TestWorkspace.picture())
    try await eventually("the message is there") { try await bench.queue.attributes().waiting >= 1 }
    let all = try await bench.queue.attributes().waiting
    try await exhaust(bench, letters: all)
    let world = bench.pixelater.environment.merging(["PIXELATER_QUEUE": bench.queueURL]) { _, new in new }
    let console = try await Tmux(
      bench.workspace,
      command: "$pixelater dead-letters redrive; echo left $?; $pixelater dead-letters redrive; echo then $?",
      columns: 120, world: world)
    do {
      try await console.wait(for: "Process 1 object here.", "[y/N]")
      // While it asks, nobody is kept from them.
      #expect(try await bench.deadLetters.attributes().waiting == all)
      try await console.press("Enter")
      try await console.wait(for: "left 77", "nothing was redriven")
      try await console.type("y")
      try await console.press("Enter")
      try await console.wait(for: "then 0", "done    a.png")
    } catch {
      await console.end()
      throw error
    }
    await console.end()
    #expect(try await letters(bench) == all - 1)
    #expect(try await bench.keys(bench.destination).count == 5)
  }

  @Test("The plan of a run by others says whom it tells and roughly what it costs")
  func plan() async throws {
    let bench = try await QueueBench()
    try await bench.put("a.png", try TestWorkspace.picture())
    let text = try await bench.run("run", "--all", "--via", "queue", "--queue", bench.queueURL, "--dry-run")
    #expect(text.status == 0, "\(text.errors)")
    #expect(text.output.contains("Send 1 event to the queue queue-") && text.output.contains("Cost: less than $0.01"))
    let json = try await bench.run("run", "--all", "--via", "lambda", "--function", "make", "--dry-run", "--json")
    let plan = try #require(try json.rows().first?["plan"] as? [String: Any], "\(json.errors)")
    #expect(plan["via"] as? String == "lambda" && plan["objects"] as? Int == 1 && (plan["cost"] as? Double ?? 1) < 0.01)
    let local = try await bench.run("run", "--all", "--dry-run", "--json")
    #expect((try local.rows().first?["plan"] as? [String: Any])?["cost"] is NSNull)
    let nobody = try await bench.run("run", "--all", "--via", "queue", "--dry-run")
    #expect(nobody.status == 64 && nobody.errors.contains("no queue is set"), "\(nobody.errors)")
    #expect(try await bench.queue.attributes().waiting >= 1)
  }
}
