import Foundation
import Testing

@Suite("Interrupted, killed, watched")
struct InterruptionTests {
  let workspace: TestWorkspace
  let pixelater: Program

  init() throws {
    workspace = try TestWorkspace()
    pixelater = Program(workspace: workspace)
  }

  /// Pictures that take one job seconds, so that it is still at work when the first of them has been told.
  private func fill(_ count: Int = 24) throws {
    let picture = try TestWorkspace.picture(width: 1200, height: 900)
    for i in 0..<count { try workspace.put("p\(i).png", picture) }
  }

  @Test("Killed in the middle of a run, the next one completes it and nothing half written is left")
  func kill() async throws {
    try fill()
    let first = try pixelater.start(["run", "--all", "--jobs", "1", "--json"])
    first.signal(SIGKILL, onceItPrints: "written")
    #expect(try await first.result().status == 128 + SIGKILL)
    let between = try #require(try await pixelater("status", "--summary", "--json").rows().first)
    #expect(between["complete"] as? Int != 24, "it was killed too late to tell anything")

    let second = try await pixelater("run", "--all", "--json")
    #expect(second.status == 0, "\(second.errors)")
    let totals = try #require(try await pixelater("status", "--summary", "--json").rows().first)
    #expect(totals["complete"] as? Int == 24)
    #expect(workspace.renditions.count == 120)
    let listed = try await pixelater("ls", "destination", "--json")
    #expect(try listed.rows().count == 120)
    let verify = try await pixelater("verify")
    #expect(verify.status == 0, "\(verify.output)")
    let strays = workspace.files(below: workspace.destination).filter { $0.contains("tmp") || $0.contains("partial") }
    #expect(strays.isEmpty)
  }

  @Test(
    "Interrupted, a run stops in good order and says so",
    arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
  func interrupt(signal: Int32, status: Int32) async throws {
    try fill()
    let run = try pixelater.start(["run", "--all", "--jobs", "1", "--json"])
    run.signal(signal, onceItPrints: "written")
    let result = try await run.result()
    #expect(result.status == status, "\(result.errors)")
    let rows = try result.rows()
    let summary = try #require(rows.last?["summary"] as? [String: Any])
    #expect(summary["failed"] as? Int == 0)
    let written = try #require(summary["written"] as? Int)
    #expect(written >= 1)
    #expect(written < 24)
    #expect(rows.dropLast().allSatisfy { $0["outcome"] as? String == "written" })
    let failed = try await pixelater("status", "--state", "failed", "--json")
    #expect(failed.output.isEmpty)
  }

  @Test("A worker that drains processes what is there, logs it and ends")
  func drain() async throws {
    try workspace.fill()
    let worker = try await pixelater("worker", "--drain", "--log-format", "json")
    #expect(worker.status == 1)
    #expect(worker.output.isEmpty)
    let lines = try worker.errors.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
    }
    #expect(lines.first?["message"] as? String == "started")
    #expect(lines.count { $0["message"] as? String == "written" } == 2)
    #expect(lines.count { $0["level"] as? String == "error" && $0["code"] is String } == 2)
    let totals = try #require(try await pixelater("status", "--summary", "--json").rows().first)
    #expect(totals["complete"] as? Int == 2)
    #expect(totals["failed"] as? Int == 2)
    let again = try await pixelater("worker", "--drain")
    #expect(again.status == 0, "what failed for good is not tried again")
  }

  @Test(
    "A worker processes what lands, and stops when it is told to",
    arguments: [(SIGTERM, 0), (SIGINT, 130)] as [(Int32, Int32)])
  func watch(signal: Int32, status: Int32) async throws {
    try workspace.putPicture("early.png")
    let worker = try pixelater.start(["worker"])
    try await eventually("what was there is processed") { workspace.renditions.count == 5 }
    try workspace.putPicture("new folder/late.png", seed: 3)
    try await eventually("what landed is processed") { workspace.renditions.count == 10 }
    worker.signal(signal)
    let result = try await worker.result()
    #expect(result.status == status, "\(result.errors)")
    #expect(result.errors.contains("stopped"))
  }

  @Test("The demo without a terminal shows a table and a picture")
  func demo() async throws {
    let folder = workspace.folder + "/demo"
    let demo = try await pixelater("demo", folder, located: false)
    #expect(demo.status == 0, "\(demo.errors)")
    #expect(demo.lines.first?.hasPrefix("STATE") == true)
    #expect(demo.output.contains("holiday/夕日.png"))
    #expect(demo.output.contains("truncated: "))
    #expect(demo.output.contains("not-an-image: "))
    #expect(demo.output.contains("sunset.png at 32x32"))
    #expect(demo.output.contains("▀"))
    #expect(!demo.output.contains("\u{1B}"))
    let summary = try await pixelater.run(
      ["status", "--summary", "--json", "--source", folder + "/photos", "--destination", folder + "/renditions"],
      located: false)
    let totals = try #require(try summary.rows().first)
    #expect(totals["complete"] as? Int == 11)
    #expect(totals["failed"] as? Int == 2)
    #expect(totals["unsupported"] as? Int == 1)
    #expect(totals["orphans"] as? Int == 5)

    let taken = workspace.folder + "/taken"
    try FileManager.default.createDirectory(atPath: taken, withIntermediateDirectories: true)
    try "mine".write(toFile: taken + "/mine.txt", atomically: true, encoding: .utf8)
    let refused = try await pixelater("demo", taken, located: false)
    #expect(refused.status == 77)
    #expect(workspace.files(below: taken) == ["mine.txt"])
  }
}
