import Foundation
import Testing

@Suite("The command line's contract")
struct ContractTests {
  let workspace: TestWorkspace
  let pixelater: Program

  init() throws {
    workspace = try TestWorkspace()
    pixelater = Program(workspace: workspace)
  }

  @Test("A run tells each object's outcome, then its summary, and fails if one failed")
  func run() async throws {
    try workspace.fill()
    let run = try await pixelater("run", "--all", "--json")
    #expect(run.status == 1)
    #expect(run.errors.isEmpty, "\(run.errors)")
    var rows = try run.rows()
    let summary = try #require(rows.popLast()?["summary"] as? [String: Any])
    #expect(Set(summary.keys) == ["written", "skipped", "failed", "seconds"])
    #expect(summary["written"] as? Int == 2)
    #expect(summary["skipped"] as? Int == 1)
    #expect(summary["failed"] as? Int == 2)
    #expect(rows.allSatisfy { Set($0.keys) == ["key", "outcome", "renditions", "milliseconds", "failure", "reason"] })
    let outcomes = Dictionary(uniqueKeysWithValues: rows.map { ($0["key"] as? String ?? "", $0) })
    #expect(outcomes["a picture.png"]?["outcome"] as? String == "written")
    #expect(outcomes["a picture.png"]?["renditions"] as? Int == 5)
    #expect(outcomes["a picture.png"]?["failure"] is NSNull)
    #expect(outcomes["a picture.png"]?["reason"] is NSNull)
    #expect(outcomes["notes.txt"]?["outcome"] as? String == "skipped")
    #expect(outcomes["notes.txt"]?["reason"] as? String == "unsupported")
    #expect((outcomes["text.png"]?["failure"] as? [String: Any])?["code"] as? String == "not-an-image")
    let failure = try #require(outcomes["truncated.jpg"]?["failure"] as? [String: Any])
    #expect(Set(failure.keys) == ["code", "message"])
    #expect(failure["code"] as? String == "truncated")
    let expected = [8, 16, 32, 48, 64].flatMap { (side: Int) -> [String] in
      ["pixelated-\(side)x\(side)-a picture.png", "pixelated-\(side)x\(side)-folder/photo.jpg"]
    }
    #expect(workspace.renditions == expected.sorted())

    // What is done is left alone, and so is what failed for good.
    let again = try await pixelater("run", "--all", "--json")
    #expect(again.status == 0)
    #expect(try again.rows().last?["summary"] as? [String: Any] != nil)
    #expect(((try again.rows().last?["summary"]) as? [String: Any])?["skipped"] as? Int == 5)
    let reasons = try again.rows().dropLast().map { "\($0["key"] ?? ""): \($0["reason"] ?? "")" }
    #expect(
      reasons == [
        "a picture.png: complete", "folder/photo.jpg: complete", "notes.txt: unsupported",
        "text.png: permanent-failure", "truncated.jpg: permanent-failure",
      ])
    let forced = try await pixelater("run", "--state", "failed", "--force", "--json")
    #expect(forced.status == 1)
    #expect(((try forced.rows().last?["summary"]) as? [String: Any])?["failed"] as? Int == 2)
  }

  @Test("Status tells one row an object with the fields of the contract, in key order")
  func status() async throws {
    try workspace.fill()
    _ = try await pixelater("run", "--all")
    try FileManager.default.removeItem(atPath: workspace.destination + "/pixelated-16x16-a picture.png")
    let status = try await pixelater("status", "--json")
    #expect(status.status == 0)
    let rows = try status.rows()
    #expect(
      rows.map { $0["key"] as? String } == [
        "a picture.png", "folder/photo.jpg", "notes.txt", "text.png", "truncated.jpg",
      ])
    #expect(rows.map { $0["state"] as? String } == ["partial", "complete", "unsupported", "failed", "failed"])
    for row in rows {
      #expect(Set(row.keys) == ["key", "size", "lastModified", "etag", "state", "renditions", "failure"])
      let date = row["lastModified"] as? String ?? ""
      #expect(date.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil, "\(date)")
      #expect((row["etag"] as? String)?.isEmpty == false)
    }
    #expect(
      rows[0]["renditions"] as? [String: String] == [
        "8": "present", "16": "missing", "32": "present", "48": "present", "64": "present",
      ])
    #expect(rows[1]["failure"] is NSNull)
    let failure = try #require(rows[4]["failure"] as? [String: Any])
    #expect(failure["code"] as? String == "truncated")
    #expect(failure["attempts"] as? Int == 1)
    #expect(failure["sourceETag"] as? String == rows[4]["etag"] as? String)

    let failed = try await pixelater("status", "--state", "failed", "--json")
    #expect(try failed.rows().map { $0["key"] as? String } == ["text.png", "truncated.jpg"])
    let prefixed = try await pixelater("status", "--prefix", "folder/", "--json")
    #expect(try prefixed.rows().map { $0["key"] as? String } == ["folder/photo.jpg"])
    let one = try await pixelater("status", "a picture.png", "--json")
    #expect(try one.rows().map { $0["state"] as? String } == ["partial"])
  }

  @Test("Each failure is told with its own object, and a named object as the list tells it")
  func failures() async throws {
    try workspace.fill()
    try workspace.put("a first.png", "")
    try workspace.put("gif.png", "GIF89a\u{1}\0\u{1}\0\0\0\0;")
    _ = try await pixelater("run", "--all")
    let rows = try await pixelater("status", "--json").rows()
    let told = rows.map { row in
      "\(row["key"] ?? ""): \(row["state"] ?? "") \((row["failure"] as? [String: Any])?["code"] ?? "")"
    }
    #expect(
      told == [
        "a first.png: failed not-an-image", "a picture.png: complete ", "folder/photo.jpg: complete ",
        "gif.png: failed unsupported-format", "notes.txt: unsupported ", "text.png: failed not-an-image",
        "truncated.jpg: failed truncated",
      ])
    let list = try await pixelater("status", "--json")
    let named = try await pixelater.run(["status"] + rows.compactMap { $0["key"] as? String } + ["--json"])
    #expect(named.output == list.output)
    let verify = try await pixelater("verify", "--json")
    #expect(try verify.rows().map { $0["size"] as? Int } == [8, 16, 32, 48, 64, 8, 16, 32, 48, 64])
    #expect(
      try verify.rows().map { $0["key"] as? String }
        == Array(repeating: "a picture.png", count: 5) + Array(repeating: "folder/photo.jpg", count: 5))
  }

  @Test("The summary is one object of totals")
  func summary() async throws {
    try workspace.fill()
    _ = try await pixelater("run", "a picture.png", "text.png")
    let summary = try await pixelater("status", "--summary", "--json")
    #expect(
      summary.output
        == #"{"total":5,"complete":1,"partial":0,"pending":2,"stale":0,"failed":1,"unsupported":1,"orphans":0}"# + "\n")
    try FileManager.default.removeItem(atPath: workspace.source + "/a picture.png")
    let after = try #require(try await pixelater("status", "--summary", "--json").rows().first)
    #expect(after["orphans"] as? Int == 5)
    #expect(after["total"] as? Int == 4)
  }

  @Test("A rendition older than its source is stale, and a run makes it anew")
  func stale() async throws {
    try workspace.putPicture("p.png")
    _ = try await pixelater("run", "--all")
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -3600)],
      ofItemAtPath: workspace.destination + "/pixelated-32x32-p.png")
    let row = try #require(try await pixelater("status", "--json").rows().first)
    #expect(row["state"] as? String == "stale")
    #expect((row["renditions"] as? [String: String])?["32"] == "stale")
    #expect(try await pixelater("run", "--state", "stale").status == 0)
    let after = try #require(try await pixelater("status", "--json").rows().first)
    #expect(after["state"] as? String == "complete")
  }

  @Test("A dry run shows the plan and touches nothing")
  func dryRun() async throws {
    try workspace.fill()
    let before = workspace.files(below: workspace.destination)
    let run = try await pixelater("run", "--all", "--dry-run", "--json")
    #expect(run.status == 0)
    let plan = try #require(try run.rows().first?["plan"] as? [String: Any])
    #expect(plan["objects"] as? Int == 4)
    #expect(plan["skipped"] as? [String: Int] == ["unsupported": 1])
    #expect((plan["bytes"] as? Int ?? 0) > 0)
    #expect((plan["requests"] as? Int ?? 0) >= 20)
    #expect(plan["replaced"] as? Int == 0)
    #expect(workspace.files(below: workspace.destination) == before)
    let text = try await pixelater("run", "--all", "--dry-run")
    #expect(text.output.hasPrefix("4 objects to process"), "\(text.output)")
    #expect(text.output.contains("\nWrites 20 renditions\n"), "\(text.output)")
  }

  @Test("With a limit a run takes so many in key order, and the same again goes on where it stopped")
  func limit() async throws {
    for name in ["a.png", "b.png", "d.png", "e.png", "f.png"] { try workspace.putPicture(name) }
    try workspace.put("c.txt", "x")
    let dry = try await pixelater("run", "--all", "--limit", "3", "--dry-run", "--json")
    let plan = try #require(try dry.rows().first?["plan"] as? [String: Any])
    #expect(plan["objects"] as? Int == 3 && plan["requests"] as? Int == 24)
    #expect(plan["skipped"] as? [String: Int] == ["unsupported": 1, "limit": 2])
    #expect(plan["firstKeys"] as? [String] == ["a.png", "b.png", "d.png"])
    let text = try await pixelater("run", "--all", "--limit", "3", "--dry-run").output
    #expect(text.hasPrefix("3 objects to process") && text.contains("2 left alone: beyond --limit"), "\(text)")

    func run(_ arguments: String...) async throws -> (written: [String], summary: [String: Any]) {
      let result = try await pixelater.run(["run", "--all", "--json"] + arguments)
      let rows = try result.rows()
      let written = rows.filter { $0["outcome"] as? String == "written" }.compactMap { $0["key"] as? String }
      return (written.sorted(), try #require(rows.last?["summary"] as? [String: Any]))
    }
    let first = try await run("--limit", "2")
    #expect(first.written == ["a.png", "b.png"])
    #expect(Set(first.summary.keys) == ["written", "skipped", "failed", "seconds", "limited"])
    #expect(first.summary["limited"] as? Bool == true)
    #expect(
      first.summary["skipped"] as? Int == 1, "c.txt comes before the next that would be taken; nothing after is told")
    let second = try await run("--limit", "2")
    #expect(second.written == ["d.png", "e.png"] && second.summary["limited"] as? Bool == true)
    let third = try await run("--limit", "2")
    #expect(third.written == ["f.png"] && third.summary["limited"] as? Bool == false)
    #expect(workspace.renditions.count == 25)
    #expect(try await run("--limit", "2").written.isEmpty)
    try workspace.putPicture("g.png")
    try workspace.putPicture("h.png")
    let told = try await pixelater("run", "--all", "--limit", "1")
    #expect(told.output.contains("stopped at --limit"), "\(told.output)")
    let rest = try await pixelater("run", "--all", "--limit", "1")
    #expect(!rest.output.contains("stopped"), "what is complete is no reason to run again: \(rest.output)")
  }

  @Test("A rate may be less than one, and does not change what is done")
  func rate() async throws {
    for name in ["a.png", "b.png", "c.png"] { try workspace.putPicture(name) }
    let run = try await pixelater("run", "--all", "--rate", "20.5", "--json")
    #expect(run.status == 0 && workspace.renditions.count == 15, "\(run.errors)")
    try workspace.putPicture("d.png")
    let worker = try await pixelater("worker", "--drain", "--rate", "0.5")
    #expect(worker.status == 0 && workspace.renditions.count == 20, "\(worker.errors)")
  }

  @Test(
    "A limit and a rate are numbers, and a limit is for what a listing finds",
    arguments: [
      ["--all", "--limit", "0"], ["--all", "--limit", "-1"], ["--all", "--rate", "0"], ["--all", "--rate", "nan"],
      ["--all", "--rate", "fast"], ["a.png", "--limit", "1"], ["--all", "--force", "--limit", "1"],
    ])
  func wrongPace(_ arguments: [String]) async throws {
    let run = try await pixelater.run(["run"] + arguments)
    #expect(run.status == 64 && run.output.isEmpty, "\(run.errors)")
  }

  @Test("Listings are plain, in key order, of either side")
  func listing() async throws {
    try workspace.fill()
    _ = try await pixelater("run", "a picture.png")
    let source = try await pixelater("ls", "source", "--json")
    #expect(try source.rows().map { $0["key"] as? String }.count == 5)
    #expect(Set(try #require(try source.rows().first).keys) == ["key", "size", "lastModified", "etag"])
    let prefixed = try await pixelater("ls", "destination", "pixelated-8x8-", "--json")
    #expect(try prefixed.rows().map { $0["key"] as? String } == ["pixelated-8x8-a picture.png"])
    let text = try await pixelater("ls", "source", "folder")
    #expect(text.lines.count == 1)
    #expect(text.lines.first?.hasSuffix("  folder/photo.jpg") == true)
  }

  struct Ending: CustomTestStringConvertible, Sendable {
    var arguments: [String]
    var status: Int32
    var says = ""
    var testDescription: String { arguments.joined(separator: " ") }
  }

  @Test(
    "Each kind of ending has its status and its sentence",
    arguments: [
      Ending(arguments: ["status", "--source", "SRC", "--destination", "DST"], status: 0),
      Ending(
        arguments: ["status", "none.png", "--source", "SRC", "--destination", "DST"], status: 1, says: "none.png"),
      Ending(arguments: ["run", "none.png", "--source", "SRC", "--destination", "DST"], status: 1),
      Ending(arguments: ["nonsense"], status: 64, says: "'nonsense' is no command"),
      Ending(arguments: ["--source", "SRC", "nonsense", "--all"], status: 64, says: "'nonsense' is no command"),
      Ending(arguments: ["status", "--source", ""], status: 64, says: "--source is empty"),
      Ending(arguments: ["pixelate", "SRC/p.png", "--output", "SRC/p.png"], status: 69, says: "this is a file"),
      Ending(arguments: ["preview", "SRC"], status: 1, says: "This is a folder"),
      Ending(arguments: ["status", "--nonsense"], status: 64, says: "--nonsense"),
      Ending(arguments: ["status", "--state", "wrong"], status: 64, says: "'wrong' is no state"),
      Ending(arguments: ["run"], status: 64, says: "say what to process"),
      Ending(arguments: ["run", "--all", "--jobs", "0"], status: 64, says: "--jobs"),
      Ending(arguments: ["clean"], status: 64, says: "--orphans"),
      Ending(arguments: ["preview"], status: 64),
      Ending(arguments: ["preview", "x", "--size", "9"], status: 64),
      Ending(arguments: ["pixelate", "x.png"], status: 64, says: "--output"),
      Ending(arguments: ["status"], status: 64, says: "no source is set: give --source"),
      Ending(arguments: ["status", "--source", "gopher://x", "--destination", "DST"], status: 64, says: "gopher"),
      Ending(
        arguments: ["status", "--source", "SRC", "--destination", "DST", "--config", "absent.toml"], status: 64,
        says: "absent.toml"),
      Ending(arguments: ["status", "--source", "absent", "--destination", "DST"], status: 69, says: "absent"),
      Ending(arguments: ["status", "--source", "SRC", "--destination", "absent"], status: 69, says: "absent"),
      Ending(
        arguments: ["ls", "source", "--source", "s3://bucket/prefix"], status: 69, says: "no AWS credentials were found"
      ),
      Ending(arguments: ["run", "--all", "--source", "SRC", "--destination", "SRC"], status: 77, says: "overlap"),
      Ending(
        arguments: ["run", "--all", "--source", "SRC", "--destination", "SRC/below"], status: 77, says: "overlap"),
      Ending(arguments: ["status", "--source", "SRC/below", "--destination", "SRC"], status: 77, says: "overlap"),
      Ending(arguments: ["run", "--all", "--source", "SRC", "--destination", "LINK"], status: 77, says: "overlap"),
      Ending(
        arguments: ["run", "--all", "--read-only", "--source", "SRC", "--destination", "DST"], status: 77,
        says: "read-only"),
      Ending(arguments: ["worker", "--drain", "--read-only", "--source", "SRC", "--destination", "DST"], status: 77),
    ])
  func endings(_ ending: Ending) async throws {
    try workspace.putPicture("p.png")
    let link = workspace.folder + "/link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: workspace.source)
    let arguments = ending.arguments.map { word in
      word.replacing("SRC", with: workspace.source).replacing("DST", with: workspace.destination)
        .replacing("LINK", with: link)
    }
    let result = try await pixelater.run(arguments, located: false)
    #expect(result.status == ending.status, "\(result.output)\(result.errors)")
    #expect(ending.says.isEmpty || result.errors.contains(ending.says), "\(result.errors)")
    if result.status > 1 {
      #expect(result.errors.hasPrefix("pixelater: "), "\(result.errors)")
      #expect(result.output.isEmpty)
    }
    #expect(workspace.renditions.isEmpty)
  }

  @Test(
    "Flags that every command takes may stand before the command",
    arguments: [
      ["--source", "SRC", "--destination", "DST", "status", "--json"],
      ["--source=SRC", "--destination=DST", "--read-only", "status", "p.png", "--json"],
      ["--color", "never", "--source=SRC", "status", "--destination", "DST", "--json"],
      ["--source", "absent", "--destination", "DST", "--log-level=error", "status", "--source", "SRC", "--json"],
      ["--source=SRC", "--destination=DST", "ls", "source", "--json"],
      ["--source=SRC", "--destination=DST", "status", "--json", "--", "p.png"],
      [
        "--profile=p", "--region", "r", "--endpoint-url=http://localhost", "--config", "/dev/null", "--source", "SRC",
        "--destination", "DST", "status", "--json",
      ],
    ])
  func flagsFirst(_ words: [String]) async throws {
    try workspace.putPicture("p.png")
    let arguments = words.map { word in
      word.replacing("SRC", with: workspace.source).replacing("DST", with: workspace.destination)
    }
    let result = try await pixelater.run(arguments, located: false)
    #expect(result.status == 0, "\(result.errors)")
    #expect(try result.rows().map { $0["key"] as? String } == ["p.png"])
  }

  @Test("Flags alone open the console, which wants a terminal; flags reach nested commands")
  func flagsAlone() async throws {
    let console = try await pixelater.run([])
    #expect(console.status == 64)
    #expect(console.errors.contains("the console needs a terminal"), "\(console.errors)")
    let themes = try await pixelater.run(["--color=never", "theme", "list", "--json"], located: false)
    #expect(themes.status == 0, "\(themes.errors)")
    #expect(try themes.rows().contains { $0["name"] as? String == "default" })
    let help = try await pixelater.run(["--read-only", "help", "run"], located: false)
    #expect(help.status == 0)
    #expect(help.output.contains("pixelater run --all"))
    let unfinished = try await pixelater.run(["--source"], located: false)
    #expect(unfinished.status == 64)
    #expect(unfinished.errors.contains("--source"), "\(unfinished.errors)")
  }

  @Test(
    "Nothing is written under --read-only",
    arguments: [
      ["run", "--all"], ["run", "p.png", "--force"], ["worker", "--drain"], ["clean", "--orphans", "--yes"],
      ["pixelate", "source/p.png", "--output", "out"], ["demo", "demo-folder"],
    ])
  func readOnly(_ words: [String]) async throws {
    try workspace.putPicture("p.png")
    let result = try await pixelater.run(["--read-only"] + words)
    #expect(result.status == 77, "\(result.output)\(result.errors)")
    #expect(result.errors.contains("read-only"))
    #expect(result.output.isEmpty)
    #expect(workspace.files(below: workspace.destination).isEmpty)
    #expect(!FileManager.default.fileExists(atPath: workspace.folder + "/out"))
    #expect(!FileManager.default.fileExists(atPath: workspace.folder + "/demo-folder"))
  }

  @Test("A first run makes the destination folder")
  func newDestination() async throws {
    try workspace.putPicture("p.png")
    let target = workspace.folder + "/new/place"
    let plan = try await pixelater.run(
      ["run", "--all", "--dry-run", "--source", workspace.source, "--destination", target], located: false)
    #expect(plan.status == 0)
    #expect(!FileManager.default.fileExists(atPath: target))
    let run = try await pixelater.run(
      ["run", "--all", "--source", workspace.source, "--destination", target], located: false)
    #expect(run.status == 0, "\(run.errors)")
    #expect(workspace.files(below: target).count { $0.hasPrefix("pixelated-") } == 5)
  }

  @Test(
    "Every command explains itself with an example",
    arguments: [
      "console", "demo", "status", "ls", "run", "preview", "pixelate", "worker", "verify", "clean", "doctor", "theme",
      "info",
    ])
  func help(_ command: String) async throws {
    let help = try await pixelater.run([command, "--help"], located: false)
    #expect(help.status == 0)
    #expect(help.output.contains("EXAMPLES"))
    #expect(help.output.contains("pixelater \(command)"))
    let long = help.output.split(separator: "\n").filter { $0.count > 80 }
    #expect(long.isEmpty, "\(long)")
    if command != "theme" {
      for flag in [
        "--source", "--destination", "--profile", "--region", "--endpoint-url", "--config", "--log-level",
        "--read-only", "--color",
      ] {
        #expect(help.output.contains(flag), "\(flag)")
      }
    }
  }

  @Test(
    "Version and completions", arguments: [("--version", "0."), ("--generate-completion-script=bash", "complete ")])
  func parser(argument: String, start: String) async throws {
    let result = try await pixelater.run([argument], located: false)
    #expect(result.status == 0)
    #expect(result.output.contains(start))
  }
}
