import Foundation
import PixelEngine
import TestServers
import Testing

/// The zip as it is shipped, where there is nothing but what it brings along.
@Suite("The zip", .enabled(if: FunctionProgram.isZipWanted, FunctionProgram.zipComment), .timeLimit(.minutes(10)))
struct BareRootTests {
  @Test("It holds a launcher at its top, files that anybody may read, and nothing else that runs than it needs")
  func content() async throws {
    let folder = try TestWorkspace()
    try await FunctionProgram.unpack(to: folder.source)
    let files = folder.files(below: folder.source)
    #expect(files.contains("bootstrap"))
    #expect(files.filter { !$0.hasPrefix("px/") } == ["bootstrap"])
    for file in files {
      let mode = try FileManager.default.attributesOfItem(atPath: "\(folder.source)/\(file)")[.posixPermissions] as? Int
      let runs = file == "bootstrap" || file == "px/bootstrap" || file.hasPrefix("px/ld-")
      #expect(mode == (runs ? 0o755 : 0o644), "\(file)")
    }
    let size = try FileManager.default.attributesOfItem(atPath: try FunctionProgram.requiredZip())[.size] as? Int
    // Lambda takes 50 MB as an upload.
    #expect(try #require(size) < 25_000_000)
  }

  @Test("In a root without a single library it makes renditions")
  func bareRoot() async throws {
    let root = try BareRoot()
    try await root.fill()
    let engine = S3Engine.isWanted ? try await LocalAWS() : nil
    let aws = try #require(engine, "this test needs the S3 servers")
    let buckets = try await aws.makeBuckets("source", "renditions")
    try await aws.put(
      [("a.png", try TestWorkspace.picture()), ("b.jpg", try TestWorkspace.picture(format: .jpeg))], in: buckets[0])
    let run = try FunctionRun(
      [Events.s3("a.png", "b.jpg", bucket: buckets[0]), "junk"], command: root.command,
      variables: aws.variables.merging(["bucket_1": buckets[1], "LAMBDA_TASK_ROOT": "/var/task"]) { $1 })
    try await run.settle()
    #expect(
      run.calls.map(\.name) == ["invocation/request-0/response", "invocation/request-1/error"], "\(run.log)")
    #expect(try await aws.keys(in: buckets[1]).count == 10)
    // Only what was packed is loaded: not even a C library is in the root's own places.
    let maps = try String(contentsOfFile: "/proc/\(run.processID)/maps", encoding: .utf8)
    let loaded = Set(
      maps.split(separator: "\n").compactMap { $0.split(separator: " ").last }.filter { $0.contains("/") })
    #expect(loaded.allSatisfy { $0.contains("/var/task/px/") }, "\(loaded)")
  }
}

/// A root folder with the zip, and a shell in a corner of its own.
private struct BareRoot {
  private let workspace = Result { try TestWorkspace() }

  init() throws { _ = try workspace.get() }

  var path: String { (try? workspace.get().source) ?? "" }

  /// The launcher, as Lambda starts it. Whoever is not root becomes it in a namespace, where the system allows that.
  var command: [String] {
    let shell = ["/shell/loader", "--library-path", "/shell", "/shell/sh", "/var/task/bootstrap"]
    return (getuid() == 0 ? ["/usr/sbin/chroot"] : ["/usr/bin/unshare", "-r", "/usr/sbin/chroot"]) + [path] + shell
  }

  func fill() async throws {
    for folder in ["var/task", "shell", "tmp"] {
      try FileManager.default.createDirectory(atPath: "\(path)/\(folder)", withIntermediateDirectories: true)
    }
    try await FunctionProgram.unpack(to: "\(path)/var/task")
    // A shell where nothing looks for libraries by itself.
    let line = """
      set -e
      ldd /bin/sh | awk '/=> \\//{print $3}' | xargs -I@ cp -L @ "$0/shell/"
      cp -L "$(ldd /bin/sh | awk '$1 ~ /^\\/.*ld-linux/{print $1}')" "$0/shell/loader"
      cp -L /bin/sh "$0/shell/sh"
      """
    let program = try RunningProgram(
      executable: "/bin/sh", arguments: ["-c", line, path], environment: ["PATH": "/usr/bin:/bin"], input: "",
      folder: path)
    let result = try await program.result()
    try #require(result.status == 0, "\(result.errors)")
  }
}
