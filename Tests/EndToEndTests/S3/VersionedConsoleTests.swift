import AWS
import Foundation
import ObjectStore
import TestServers
import Testing

@Suite(
  "The console on buckets that keep versions", .enabled(if: S3Engine.isWanted),
  .disabled(if: Tmux.isMissingByDesign, "tmux is not installed"), .timeLimit(.minutes(10)))
struct VersionedConsoleTests {
  private func key(_ text: String) throws -> ObjectKey { try #require(ObjectKey(text)) }

  private func keepVersions(_ buckets: EngineBuckets, _ stores: S3Store...) async throws {
    for store in stores {
      try await buckets.set(
        "versioning", of: store,
        "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>Enabled</Status></VersioningConfiguration>"
      )
    }
  }

  private func console(
    _ buckets: EngineBuckets, _ source: S3Store, _ destination: S3Store, _ workspace: TestWorkspace
  ) async throws -> Tmux {
    let world = buckets.environment.merging([
      "PIXELATER_SOURCE": "s3://\(source.bucket)/in/", "PIXELATER_DESTINATION": "s3://\(destination.bucket)/out/",
    ]) { _, new in new }
    return try await Tmux(workspace, command: "$pixelater", columns: 120, rows: 36, world: world)
  }

  private let sizes = [8, 16, 32, 48, 64]

  @Test("What was deleted stands again, and what was written since stays", arguments: ["SeaweedFS", "MiniStack"])
  func undo(name: String) async throws {
    let buckets = try EngineBuckets(try await S3Engine.named(name))
    let workspace = try TestWorkspace()
    let (source, destination) = (try await buckets.make("photos"), try await buckets.make("renditions"))
    try await keepVersions(buckets, destination)
    for name in ["moon.png", "sea + sun.png"] {
      try await source.put(try key("in/" + name), try TestWorkspace.picture(width: 64, height: 48))
    }
    let console = try await console(buckets, source, destination, workspace)
    do {
      try await console.wait(for: "2 pending")
      try await console.press("a", "r", "Enter")
      try await console.wait(for: "2 complete")
      let before = try await destination.contents()
      #expect(before.count == 10)

      try await console.press("a", "D")
      try await console.wait(for: "10 renditions, ", "of 2 objects", "keeps versions: B brings them back")
      try await console.press("y")
      try await console.wait(for: "Deleted 10 (B brings back)", "2 pending")
      #expect(try await destination.contents().isEmpty)

      // One of them is made anew meanwhile: that is left as it is.
      let anew = try key("out/pixelated-8x8-moon.png")
      try await destination.put(anew, [1, 2, 3])
      try await console.press("B")
      try await console.wait(for: "10 objects, deleted", "would stand again", "pixelated-16x16-")
      try await console.press("y")
      try await console.wait(for: "Brought back 9 of 10, 1 failed", "written or deleted anew since")
      try await console.waitForLine("sea + sun.png", "● complete")
      let after = try await destination.contents()
      #expect(after[anew] == [1, 2, 3])
      #expect(after.filter { $0.key != anew } == before.filter { $0.key != anew })
      let audit = try String(
        contentsOfFile: workspace.folder + "/home/.local/state/pixelater/audit.jsonl", encoding: .utf8)
      let lines = audit.split(separator: "\n").filter { $0.contains("\"act\":\"undelete\"") }
      #expect(lines.count == 10 && lines.filter { $0.contains("\"outcome\":\"done\"") }.count == 9)

      // Once more there is nothing.
      try await console.press("B")
      try await console.wait(for: "Nothing has been deleted here that can be brought back")

      // Orphans likewise.
      try await source.delete(try key("in/sea + sun.png"))
      try await console.press("R")
      try await console.wait(for: "1 object ")
      try await console.press("O")
      try await console.wait(for: "5 renditions without a source")
      try await console.press("D")
      try await console.wait(for: "5 orphans, ", "B brings them back")
      try await console.press("y")
      try await console.wait(for: "Deleted 5 (B brings back)")
      #expect(try await destination.contents().count == 5)
      try await console.press("B")
      try await console.wait(for: "5 objects, deleted")
      try await console.press("y")
      try await console.wait(for: "Brought back 5")
      #expect(try await destination.contents() == after)
      try await console.press("q")
    } catch {
      await console.end()
      throw error
    }
    await console.end()
  }

  @Test("An old version is seen, made to stand, and processed", arguments: ["SeaweedFS", "MiniStack"])
  func reprocess(name: String) async throws {
    let buckets = try EngineBuckets(try await S3Engine.named(name))
    let workspace = try TestWorkspace()
    let (source, destination) = (try await buckets.make("photos"), try await buckets.make("renditions"))
    try await keepVersions(buckets, source)
    let photo = try key("in/moon & sea.png")
    let old = try TestWorkspace.picture(width: 64, height: 48, seed: 1)
    let new = try TestWorkspace.picture(width: 80, height: 60, seed: 2)
    try await source.put(
      photo, old, options: PutOptions(contentType: "image/png", metadata: ["taken-by": "ada"]))
    let oldETag = try await source.head(photo).summary.etag
    try await source.put(photo, new)
    let console = try await console(buckets, source, destination, workspace)
    do {
      try await console.wait(for: "1 pending")
      try await console.press("r", "Enter")
      try await console.wait(for: "1 complete")
      try await console.press("Enter")
      try await console.wait(for: "application/octet-stream", "Tags", "none")
      try await console.press("V")
      try await console.wait(for: "latest", "32×32 · ", "computed")
      try await console.press("j")
      try await console.press("r")
      try await console.wait(for: "Process this version?", "would stand again", "stays as a version")
      try await console.press("Enter")
      try await console.wait(for: "Versions", "latest")
      #expect(try await source.versions(of: photo).count == 2)
      try await console.press("r")
      try await console.wait(for: "Process this version?")
      try await console.press("y")
      try await console.wait(for: "5 renditions seen to stand", "image/png", "taken-by: ada")
      let head = try await source.head(photo)
      #expect(try await source.read(photo, limit: 1 << 20).bytes == old)
      #expect(head.contentType == "image/png" && head.metadata == ["taken-by": "ada"])
      #expect(try await source.versions(of: photo).count == 3)
      #expect(head.summary.etag == oldETag)
      for size in sizes {
        let rendition = try await destination.head(try key("out/pixelated-\(size)x\(size)-moon & sea.png"))
        #expect(rendition.metadata["pixelater-source-etag"] == oldETag)
      }
      let audit = try String(
        contentsOfFile: workspace.folder + "/home/.local/state/pixelater/audit.jsonl", encoding: .utf8)
      #expect(audit.contains("\"act\":\"restore\",\"key\":\"moon & sea.png\""))
      try await console.press("q")
    } catch {
      await console.end()
      throw error
    }
    await console.end()
  }
}
