import Foundation
import ObjectStore
import Pipeline
import PixelEngine
import TestServers
import Testing

@Suite(
  "Two hundred pictures with names that mean harm, in buckets", .enabled(if: S3Engine.isWanted),
  .timeLimit(.minutes(10))
)
struct HostileBucketTests {
  static let damaged = "damaged + broken.png"
  static let unsupported = "notes & remarks.txt"

  static let names: [String] = {
    let odd = [
      " leading.png", "trailing ", "in the middle.png", "plus+plus++.png", "percent%41.png", "percent%2Fslash.png", "%",
      "%%.png", "%zz.png", "quote\"double.png", "quote'single.png", "both'\".png", "new\nline.png",
      "carriage\rreturn.png",
      "tab\there.png", "bell\u{7}.png", "escape\u{1B}[31m.png", "delete\u{7F}.png", "c1\u{9B}31m.png",
      "日本語.png", "e\u{301}.png", "\u{E9}.png", "İstanbul.png", "👩‍👩‍👧‍👦.png", "\u{10FFFF}.png", "\u{FFFD}.png",
      "rtl\u{202E}gnp.png", "zero\u{200B}width.png", "\u{FEFF}mark.png", "amp&ersand.png", "&amp;.png", "<tag>.png",
      "]]>.png", "question?mark.png", "key?versionId=null", "key?uploads", "hash#tag.png", "semi;colon=equals.png",
      "star*[a]{b}|c.png", "tilde~`back`$(dollar).png", "..dots.png", "...", "-rf.png", "--all", "$HOME.png",
      "colon:name.png", "comma,name@home.png", "UPPER.PNG", "upper.png", "folder one/inner + name.png",
      "folder one/日本/%2F.png", "deep/er/and/deeper/still/ü ü.png", "x=1&y=2.png", "null", "true.png",
      "pixelated.png", "pixelated-8x8.png", "pixelated-9x9-a.png", ".hidden.png", ".git/config.png",
      String(repeating: "k", count: 200) + ".png", String(repeating: "日", count: 60) + ".png",
      // What no path can be.
      "double//slash.png", "/leading slash.png", "//two.png", "dot/./segment.png", "dots/../segment.png",
      "../outside.png",
      "back\\slash.png", String(repeating: "n", count: 300) + ".png", "long/" + String(repeating: "日", count: 300),
    ]
    return odd + (odd.count..<200).map { "album \($0 % 7)/picture + no. \($0)%20é.png" }
  }()

  /// Keys are paths on SeaweedFS, of parts that file systems take; a part becomes longer by what renditions are called.
  static func canHold(_ name: String, _ engine: String) -> Bool {
    guard engine == "SeaweedFS" else { return true }
    return name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
      !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8) && part.count <= 230
        && !part.contains(UInt8(ascii: "\\"))
    }
  }

  private static func picture(_ name: String) throws -> [UInt8] {
    let index = try #require(names.firstIndex { $0.utf8.elementsEqual(name.utf8) })
    return try TestWorkspace.picture(
      width: 9 + index % 5, height: 8 + index % 3, seed: index, format: index % 4 == 3 ? .jpeg : .png)
  }

  /// What one kind of store comes to: the destination after a run, and what the program said.
  private struct Outcome: Sendable {
    var destination: [ObjectKey: [UInt8]] = [:]
    var states: [ObjectKey: String] = [:]
    var removed = 0
  }

  /// Runs the program on a filled source, removes some sources, and cleans up after them.
  private static func work(
    _ source: any ObjectStore, _ destination: any ObjectStore, _ names: [String], isVerified: Bool,
    _ run: ([String]) async throws -> Program.Result
  ) async throws -> Outcome {
    var objects: [(key: ObjectKey, bytes: [UInt8])] = []
    for name in names { objects.append((try #require(ObjectKey(name)), try picture(name))) }
    objects.append((try #require(ObjectKey(damaged)), Array("no picture".utf8)))
    objects.append((try #require(ObjectKey(unsupported)), Array("no picture".utf8)))
    try await source.fill(objects)

    var outcome = Outcome()
    let first = try await run(["run", "--all", "--json"])
    #expect(first.status == 1, "\(first.errors)")
    #expect(first.errors.isEmpty, "\(first.errors)")
    let summary = try #require(try first.rows().last?["summary"] as? [String: Any])
    #expect(summary["written"] as? Int == names.count)
    #expect(summary["failed"] as? Int == 1)
    #expect(summary["skipped"] as? Int == 1)
    for row in try await run(["status", "--json"]).rows() {
      let key = try #require((row["key"] as? String).flatMap { ObjectKey($0) })
      let failure = (row["failure"] as? [String: Any])?["code"] as? String
      let renditions = (row["renditions"] as? [String: String] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
      outcome.states[key] = "\(row["state"] ?? "") \(renditions) \(failure ?? "")"
    }
    if isVerified {
      let verify = try await run(["verify"])
      #expect(verify.status == 0, "\(verify.output) \(verify.errors)")
      let told = verify.output.replacing(",", with: "")
      #expect(told == "\(names.count * 5) renditions checked 0 faults found\n")
    }
    try expect(try await run(["status", "--summary", "--json"]), complete: names.count)

    let leaving = names.filter { gone.contains($0) }
    let errors = await source.delete(try leaving.map { try #require(ObjectKey($0)) })
    #expect(errors.isEmpty, "\(errors)")
    let clean = try await run(["clean", "--orphans", "--yes", "--json"])
    #expect(clean.status == 0, "\(clean.errors)")
    let removed = try #require(try clean.rows().last?["summary"] as? [String: Any])
    outcome.removed = try #require(removed["renditions"] as? Int)
    #expect(outcome.removed == leaving.count * 5)
    try expect(try await run(["status", "--summary", "--json"]), complete: names.count - leaving.count)
    // Nothing is left to do.
    let again = try #require(try await run(["run", "--all", "--json"]).rows().last?["summary"] as? [String: Any])
    #expect(again["written"] as? Int == 0 && again["failed"] as? Int == 0)

    // A record holds the time; that it is there shows in the states.
    outcome.destination = try await destination.contents().filter { !$0.key.string.hasPrefix(FailureRecord.prefix) }
    #expect(outcome.destination.count == (names.count - leaving.count) * 5)
    return outcome
  }

  private static func expect(_ summary: Program.Result, complete: Int) throws {
    #expect(summary.status == 0)
    let counts = try #require(try summary.rows().first as? [String: Int])
    #expect(
      counts == [
        "total": complete + 2, "complete": complete, "partial": 0, "pending": 0, "stale": 0, "failed": 1,
        "unsupported": 1, "orphans": 0,
      ])
  }

  /// What is removed from the source before the cleaning.
  private static let gone = Set(names.enumerated().filter { $0.offset % 10 == 4 }.map(\.element))

  /// The same names on folders, which hold all of them.
  private static let folders = Task {
    let workspace = try TestWorkspace()
    return try await work(
      DirectoryStore(root: workspace.source, create: true), DirectoryStore(root: workspace.destination, create: true),
      names, isVerified: false
    ) { try await Program(workspace: workspace).run($0) }
  }

  @Test("Buckets come to the same as folders, byte for byte", arguments: ["SeaweedFS", "MiniStack"])
  func same(name: String) async throws {
    let names = Self.names.filter { Self.canHold($0, name) }
    #expect(Self.names.count - names.count == (name == "SeaweedFS" ? 9 : 0))
    let buckets = try await BucketWorkspace(try await S3Engine.named(name))
    let found = try await Self.work(buckets.source, buckets.destination, names, isVerified: true) {
      try await buckets.run($0)
    }

    let expected = try await Self.folders.value
    let held = Set(names.compactMap { ObjectKey($0) } + [Self.damaged, Self.unsupported].compactMap { ObjectKey($0) })
    #expect(found.states == expected.states.filter { held.contains($0.key) })
    let renditions = Set(
      names.filter { !Self.gone.contains($0) }.flatMap { name in
        [8, 16, 32, 48, 64].compactMap { ObjectKey("pixelated-\($0)x\($0)-\(name)") }
      })
    #expect(Set(found.destination.keys) == renditions)
    #expect(renditions.isSubset(of: expected.destination.keys))
    for key in renditions where found.destination[key] != expected.destination[key] {
      Issue.record("\(key.string.debugDescription) differs")
    }
  }

  @Test("Every name is another, and each can be a key")
  func names() {
    #expect(Self.names.count == 200)
    #expect(Set(Self.names.compactMap { ObjectKey($0) }).count == 200)
  }
}
