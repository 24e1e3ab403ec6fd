import Foundation
import ObjectStore
import PixelEngine
import Testing

@testable import Pipeline

/// A workspace in memory, and a folder of this machine that goes away with it.
private final class Scratch: Sendable {
  let source = ScriptedStore(MemoryStore())
  let destination = ScriptedStore(MemoryStore())
  let workspace: Workspace
  let folder: String

  init(prefix: String = "") throws {
    folder = NSTemporaryDirectory() + "pixelater-transfer-\(UInt32.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    workspace = try Workspace(
      source: OpenLocation(Location(place: .bucket(name: "in"), prefix: prefix), store: source),
      destination: OpenLocation(Location(place: .bucket(name: "out")), store: destination))
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  var paths: LocalPath { LocalPath(workingDirectory: folder, home: folder + "/home") }

  var downloader: Downloader {
    var retry = RetryPolicy()
    retry.sleep = { _ in }
    return Downloader(workspace: workspace, paths: paths, retry: retry)
  }

  var uploader: Uploader { Uploader(workspace: workspace, paths: paths) }

  func run(_ request: DownloadRequest) async -> [TransferOutcome] {
    let outcomes = Locked<[TransferOutcome]>([])
    await downloader.run(request) { event in
      if case .finished(let outcome) = event { outcomes.withLock { $0.append(outcome) } }
    }
    return outcomes.withLock { $0 }.sorted { $0.key < $1.key }
  }

  /// All files below the folder, with their content.
  var files: [String: String] {
    var files: [String: String] = [:]
    for path in FileManager.default.enumerator(atPath: folder)?.compactMap({ $0 as? String }) ?? [] {
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: folder + "/" + path, isDirectory: &isFolder), !isFolder.boolValue {
        files[path] = (try? String(contentsOfFile: folder + "/" + path, encoding: .utf8)) ?? "?"
      }
    }
    return files
  }

  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
  }
}

@Suite("Names of downloaded files")
struct DownloadPathTests {
  @Test(arguments: [
    ("cat.png", "cat.png"), ("2025/summer/beach.jpg", "2025/summer/beach.jpg"),
    ("../../etc/passwd", "%2E./%2E./etc/passwd"), ("..", "%2E."), (".", "%2E"), ("a/./b", "a/%2E/b"),
    ("/etc/passwd", "%2F/etc/passwd"), ("a//b", "a/%2F/b"), ("folder/", "folder/%2F"), ("/", "%2F/%2F"),
    (".ssh/authorized_keys", "%2Essh/authorized_keys"), ("a\nb", "a%0Ab"), ("a\u{1B}[31m", "a%1B[31m"),
    ("a\u{7F}", "a%7F"), ("a\u{9B}b", "a%C2%9Bb"), ("a\u{202E}gnp.exe", "a%E2%80%AEgnp.exe"),
    ("a\u{2028}b", "a%E2%80%A8b"), ("100%.png", "100%.png"), ("nature/鳥と花.png", "nature/鳥と花.png"), (" ", " "),
    ("a\\..\\b", "a\\..\\b"), ("-rf", "-rf"),
  ])
  func ofKeys(_ key: String, _ path: String) {
    #expect(DownloadPath(key: key).text == path)
  }

  @Test func noPartOfAnyKeyLeadsUpOrIsTooLong() throws {
    var random = SplitMix(seed: 7)
    let pieces = [
      "..", ".", "/", "//", "a", "\u{0}", "\n", "\u{202E}", "é", "%2E", "~", "鳥", String(repeating: "x", count: 200),
    ]
    for _ in 0..<2000 {
      var text = ""
      for _ in 0..<Int.random(in: 1...9, using: &random) { text += pieces.randomElement(using: &random) ?? "" }
      guard let key = ObjectKey(text) else { continue }
      let path = DownloadPath(key: key.string)
      for part in path.folders + [path.name, path.name(number: 9999)] {
        #expect(!part.isEmpty && !part.hasPrefix(".") && !part.contains("/") && part.utf8.count <= 255)
        #expect(part.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
      }
    }
  }

  @Test func longNamesKeepTheirSuffixAndStayApart() {
    let stem = String(repeating: "é", count: 300)
    let a = DownloadPath(key: stem + "a.jpeg")
    let b = DownloadPath(key: stem + "b.jpeg")
    #expect(a.name.utf8.count <= DownloadPath.longestName && a.name.hasSuffix(".jpeg"))
    #expect(a.name != b.name)
  }

  @Test func numbersAndMarksGoBeforeTheSuffix() {
    #expect(DownloadPath(key: "x/cat.png").name(number: 2) == "cat (2).png")
    #expect(DownloadPath(key: "cat").name(number: 3) == "cat (3)")
    #expect(DownloadPath(key: "x/cat.png").marked("3HL4/kq").text == "x/cat~3HL4_kq.png")
  }
}

@Suite("Downloads", .timeLimit(.minutes(10)))
struct DownloadTests {
  @Test func sourcesAndRenditionsAreThereWhole() async throws {
    let scratch = try Scratch(prefix: "photos/")
    try await scratch.source.put(key("photos/a/cat.png"), Array("cat".utf8))
    try await scratch.destination.put(key("pixelated-8x8-a/cat.png"), Array("eight".utf8))
    let cat = try key("a/cat.png")
    let request = DownloadRequest(
      objects: [WorkspaceObject(source: cat), WorkspaceObject(source: cat, size: .x8)], folder: "new/deep")
    #expect(
      try scratch.downloader.check(request)
        == DownloadCheck(folder: scratch.folder + "/new/deep", isNew: true, existing: 0))
    #expect(scratch.files.isEmpty)
    let outcomes = await scratch.run(request)
    #expect(outcomes.map(\.result) == [.done(name: "a/cat.png"), .done(name: "pixelated-8x8-a/cat.png")])
    #expect(scratch.files == ["new/deep/a/cat.png": "cat", "new/deep/pixelated-8x8-a/cat.png": "eight"])
    #expect(try scratch.downloader.check(request).existing == 2)
  }

  @Test func whatIsThereIsKeptUnlessAskedOtherwise() async throws {
    let scratch = try Scratch()
    try await scratch.source.put(key("cat.png"), Array("new".utf8))
    try scratch.write("cat.png", "old")
    try scratch.write("cat (2).png", "older")
    var request = DownloadRequest(objects: [WorkspaceObject(source: try key("cat.png"))], folder: ".")
    #expect(await scratch.run(request).map(\.result) == [.done(name: "cat (3).png")])
    #expect(scratch.files == ["cat.png": "old", "cat (2).png": "older", "cat (3).png": "new"])
    request.existing = .skip
    #expect(await scratch.run(request).map(\.result) == [.skipped])
    #expect(scratch.source.count(.get) == 1)
    request.existing = .replace
    #expect(await scratch.run(request).map(\.result) == [.done(name: "cat.png")])
    #expect(scratch.files["cat.png"] == "new")
  }

  @Test func noKeyLeadsOutOfTheFolder() async throws {
    let scratch = try Scratch()
    let keys = ["../out.png", "/abs.png", "a/../../up.png", "link/x.png", "dir/"]
    try FileManager.default.createDirectory(atPath: scratch.folder + "/in", withIntermediateDirectories: true)
    try FileManager.default.createDirectory(atPath: scratch.folder + "/elsewhere", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: scratch.folder + "/in/link", withDestinationPath: scratch.folder + "/elsewhere")
    for name in keys { try await scratch.source.put(key(name), Array("x".utf8)) }
    let outcomes = await scratch.run(
      DownloadRequest(objects: try keys.map { WorkspaceObject(source: try key($0)) }, folder: "in"))
    #expect(outcomes.allSatisfy { if case .done = $0.result { true } else { false } }, "\(outcomes)")
    #expect(
      Set(scratch.files.keys) == [
        "in/%2E./out.png", "in/%2F/abs.png", "in/a/%2E./%2E./up.png", "in/link%2F/x.png", "in/dir/%2F",
      ])
  }

  @Test func aFileAndAFolderOfOneNameGoSideBySide() async throws {
    let scratch = try Scratch()
    for name in ["a", "a/b"] { try await scratch.source.put(key(name), Array(name.utf8)) }
    let first = await scratch.run(DownloadRequest(objects: [WorkspaceObject(source: try key("a"))], folder: "."))
    let second = await scratch.run(DownloadRequest(objects: [WorkspaceObject(source: try key("a/b"))], folder: "."))
    #expect((first + second).allSatisfy { if case .done = $0.result { true } else { false } })
    #expect(scratch.files == ["a": "a", "a%2F/b": "a/b"])
  }

  @Test func aBrokenReadGoesOnOfTheSameContent() async throws {
    let scratch = try Scratch()
    let content = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
    try await scratch.source.put(key("big.png"), content)
    scratch.source.breakContent(afterBytes: 300_000, times: 2, with: .timeout)
    let outcomes = await scratch.run(
      DownloadRequest(objects: [WorkspaceObject(source: try key("big.png"))], folder: "."))
    #expect(outcomes.map(\.result) == [.done(name: "big.png")])
    #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.folder + "/big.png")) == Data(content))
    #expect(scratch.source.count(.get) == 3)
  }

  @Test func anObjectThatChangesOnTheWayIsBegunAnew() async throws {
    let scratch = try Scratch()
    let name = try key("moving.png")
    try await scratch.source.put(name, [UInt8](repeating: 1, count: 600_000))
    scratch.source.breakContent(afterBytes: 300_000, times: 1, with: .timeout)
    let gets = Counter()
    scratch.source.before { call in
      guard call.operation == .get, await gets.next() == 2 else { return }
      _ = try? await scratch.source.base.put(name, [UInt8](repeating: 2, count: 10))
    }
    let outcomes = await scratch.run(DownloadRequest(objects: [WorkspaceObject(source: name)], folder: "."))
    #expect(outcomes.map(\.result) == [.done(name: "moving.png")])
    #expect(scratch.files["moving.png"] == String(repeating: "\u{2}", count: 10))
  }

  @Test func whatFailsIsNamedAndLeavesNothing() async throws {
    let scratch = try Scratch()
    for name in ["a.png", "b.png", "c.png"] { try await scratch.source.put(key(name), Array(name.utf8)) }
    scratch.source.fail(.get, key: "b.png", with: .accessDenied)
    scratch.source.breakContent(key: "c.png", afterBytes: 0, with: .timeout)
    let outcomes = await scratch.run(
      DownloadRequest(
        objects: try ["a.png", "b.png", "c.png", "gone.png"].map { WorkspaceObject(source: try key($0)) }, folder: "."))
    func failed(_ reason: StoreError.Reason, _ name: String) -> TransferOutcome.Result {
      .failed(.store(StoreError(operation: .get, key: name, reason: reason)))
    }
    #expect(
      outcomes.map(\.result) == [
        .done(name: "a.png"), failed(.accessDenied, "b.png"), failed(.timeout, "c.png"), failed(.notFound, "gone.png"),
      ])
    #expect(scratch.files == ["a.png": "a.png"])
    // Four tries of what may pass, one of what cannot.
    #expect(scratch.source.count(.get, key: "b.png") == 1)
  }

  @Test func cancellingLeavesNothingHalf() async throws {
    let scratch = try Scratch()
    for i in 0..<9 { try await scratch.source.put(key("k\(i).png"), Array("x".utf8)) }
    let (started, note) = AsyncStream.makeStream(of: Void.self)
    scratch.source.before { call in
      guard call.operation == .get else { return }
      note.yield()
      try? await Task.sleep(for: .seconds(60))
    }
    let objects = try (0..<9).map { WorkspaceObject(source: try key("k\($0).png")) }
    let task = Task { await scratch.run(DownloadRequest(objects: objects, folder: ".")) }
    for await _ in started { break }
    task.cancel()
    let outcomes = await task.value
    #expect(outcomes.count == 9 && outcomes.allSatisfy { $0.result == .cancelled })
    #expect(scratch.files.isEmpty)
  }

  @Test func whatIsCancelledBeforeItBeginsMakesNoFolder() async throws {
    let scratch = try Scratch()
    let objects = [WorkspaceObject(source: try key("a.png"))]
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      return await scratch.run(DownloadRequest(objects: objects, folder: "new"))
    }
    task.cancel()
    #expect(await task.value.map(\.result) == [.cancelled])
    #expect(!LocalPath.isFolder(scratch.folder + "/new"))
  }

  @Test func aFolderThatCannotBeIsSaidBefore() throws {
    let scratch = try Scratch()
    try scratch.write("file", "")
    func problem(_ folder: String) -> TransferError? {
      do throws(TransferError) {
        _ = try scratch.downloader.check(DownloadRequest(objects: [], folder: folder))
        return nil
      } catch {
        return error
      }
    }
    #expect(problem("file") == .file(FileFault(.openFolder, scratch.folder + "/file", number: 20)))
    #expect(problem("file/below") != nil)
    #expect(problem("~/x") == nil)
    #expect(problem("") == nil)
  }
}

@Suite("Uploads", .timeLimit(.minutes(10)))
struct UploadTests {
  @Test(
    arguments: [
      ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A], "image/png"), ([0xFF, 0xD8, 0xFF, 0xE0], "image/jpeg"),
      (Array("GIF89a".utf8), "image/gif"), (Array("hello".utf8), "application/octet-stream"),
    ] as [([UInt8], String)])
  func theContentDecidesItsType(_ content: [UInt8], _ type: String) async throws {
    let scratch = try Scratch(prefix: "photos/")
    try Data(content).write(to: URL(fileURLWithPath: scratch.folder + "/name.txt"))
    let check = try await scratch.uploader.check(path: "name.txt", key: key("new.png"))
    #expect(check.size == Int64(content.count) && check.existing == nil)
    _ = try await scratch.uploader.run(path: "name.txt", key: key("new.png"))
    let head = try await scratch.source.head(key("photos/new.png"))
    #expect(head.contentType == type)
    #expect(try await scratch.uploader.check(path: "name.txt", key: key("new.png")).existing == head.summary)
  }

  @Test func whatCannotBeIsRefused() async throws {
    let scratch = try Scratch()
    try scratch.write("cat.png", "x")
    mkfifo(scratch.folder + "/pipe", 0o600)
    func problem(_ path: String, _ name: String) async throws -> TransferError? {
      let key = try key(name)
      do throws(TransferError) {
        _ = try await scratch.uploader.run(path: path, key: key)
        return nil
      } catch {
        return error
      }
    }
    #expect(try await problem("cat.png", "pixelated-8x8-cat.png") == .ownKey)
    #expect(try await problem("cat.png", ".pixelater/failures/x") == .ownKey)
    #expect(try await problem("pipe", "p") == .notAFile(path: scratch.folder + "/pipe"))
    #expect(try await problem(".", "p") == .notAFile(path: scratch.folder + "/."))
    #expect(try await problem("gone", "p") == .file(FileFault(.read, scratch.folder + "/gone", number: 2)))
    #expect(scratch.source.count(.put) == 0)
  }

  @Test func pathsComplete() throws {
    let scratch = try Scratch()
    for name in ["beach.jpg", "beacon.png", ".hidden", "tab\there"] { try scratch.write(name, "") }
    for name in ["bed", "home"] {
      try FileManager.default.createDirectory(atPath: scratch.folder + "/" + name, withIntermediateDirectories: true)
    }
    func complete(_ text: String, foldersOnly: Bool = false) -> LocalPath.Completion {
      scratch.paths.completion(of: text, foldersOnly: foldersOnly)
    }
    #expect(complete("be") == .init(text: "be", names: ["beach.jpg", "beacon.png", "bed/"]))
    #expect(complete("bea") == .init(text: "beac", names: ["beach.jpg", "beacon.png"]))
    #expect(complete("bea", foldersOnly: true) == .init(text: "bea", names: []))
    #expect(complete("b", foldersOnly: true) == .init(text: "bed/", names: ["bed/"]))
    #expect(
      complete(scratch.folder + "/beac") == .init(text: scratch.folder + "/beac", names: ["beach.jpg", "beacon.png"]))
    #expect(complete(".h").names == [".hidden"])
    #expect(complete("t").names == [])
    #expect(complete("~").text == "~/")
    #expect(complete("nowhere/x") == .init(text: "nowhere/x", names: []))
  }
}

@Suite("Removing renditions")
struct RenditionRemovalTests {
  @Test func takesRenditionsAloneAndNamesWhatStays() async throws {
    let scratch = try Scratch()
    let cat = try key("cat.png")
    try await scratch.source.put(cat, [1])
    for name in ["pixelated-8x8-cat.png", "pixelated-16x16-cat.png", ".pixelater/failures/cat.png"] {
      try await scratch.destination.put(key(name), [1])
    }
    scratch.destination.fail(.delete, key: "pixelated-16x16-cat.png", with: .accessDenied)
    let outcomes = Locked<[TransferOutcome]>([])
    let objects = [
      WorkspaceObject(source: cat), WorkspaceObject(source: cat, size: .x8), WorkspaceObject(source: cat, size: .x16),
    ]
    await RenditionRemoval(workspace: scratch.workspace).run(objects) { event in
      if case .finished(let outcome) = event { outcomes.withLock { $0.append(outcome) } }
    }
    #expect(
      outcomes.withLock { $0 }.map(\.result) == [
        .done(name: "pixelated-8x8-cat.png"),
        .failed(.store(StoreError(operation: .delete, key: "pixelated-16x16-cat.png", reason: .accessDenied))),
      ])
    #expect(try await scratch.source.contains(cat))
    #expect(try await scratch.destination.contains(key(".pixelater/failures/cat.png")))
    #expect(try await !scratch.destination.contains(key("pixelated-8x8-cat.png")))
  }
}
