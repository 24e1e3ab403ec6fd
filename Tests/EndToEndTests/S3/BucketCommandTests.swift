import AWS
import Foundation
import HTTPTransport
import ObjectStore
import TestServers
import Testing

@Suite("Commands on buckets", .enabled(if: S3Engine.isWanted), .timeLimit(.minutes(10)))
struct BucketCommandTests {
  private func picture(_ buckets: BucketWorkspace, _ name: String = "a picture.png") async throws {
    try await buckets.source.put(try #require(ObjectKey(name)), try TestWorkspace.picture())
  }

  @Test("A bucket that is not there is told, whichever it is", arguments: ["SeaweedFS", "MiniStack"])
  func missingBucket(name: String) async throws {
    let buckets = try await BucketWorkspace(try await S3Engine.named(name))
    try await picture(buckets)
    for variable in ["PIXELATER_SOURCE", "PIXELATER_DESTINATION"] {
      let missing = S3Engine.bucketName("missing")
      for command in [
        ["status"], ["run", "--all"], ["verify"], ["clean", "--orphans", "--dry-run"], ["ls", "source"],
      ] {
        if command[0] == "ls", variable == "PIXELATER_DESTINATION" { continue }
        let result = try await buckets.run(command, with: [variable: "s3://" + missing])
        #expect(result.status == 69, "\(command) \(result.errors)")
        #expect(result.errors.contains(missing) && result.errors.contains("not there"), "\(command) \(result.errors)")
        if command[0] != "run" { #expect(result.output.isEmpty, "\(command) \(result.output)") }
      }
    }
    // Nothing was made on the way.
    #expect(try await buckets.destination.contents().isEmpty)
  }

  @Test("A wrong secret is told by the server's word, and never shown")
  func wrongSecret() async throws {
    let buckets = try await BucketWorkspace(try await S3Engine.seaweedfs())
    try await picture(buckets)
    for command in [["status"], ["run", "--all"], ["ls", "source"], ["info"]] {
      let result = try await buckets.run(
        command + ["--log-level", "trace"], with: ["AWS_SECRET_ACCESS_KEY": "SENSITIVE/secret+="])
      #expect(result.status == (command[0] == "info" ? 0 : 69), "\(command) \(result.errors)")
      if command[0] != "info" {
        #expect(result.errors.contains("SignatureDoesNotMatch"), "\(command) \(result.errors)")
      }
      #expect(!(result.output + result.errors).contains("SENSITIVE"), "\(command)")
    }
    let unknown = try await buckets("status", with: ["AWS_ACCESS_KEY_ID": "NOBODY"])
    #expect(unknown.status == 69)
    #expect(unknown.errors.contains("InvalidAccessKeyId"), "\(unknown.errors)")
    let none = try await buckets("status", with: ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""])
    #expect(none.status == 69)
    #expect(none.errors.contains("no AWS credentials"), "\(none.errors)")
  }

  @Test("A server that is not there is told by its name")
  func deadEndpoint() async throws {
    let workspace = try TestWorkspace()
    let port = try #require(try Loopback.freePorts(1).first)
    let pixelater = Program(
      workspace: workspace,
      environment: [
        "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_EC2_METADATA_DISABLED": "true",
        "PIXELATER_SOURCE": "s3://photos", "PIXELATER_DESTINATION": "s3://renditions",
      ])
    for command in [["status"], ["run", "--all"], ["ls", "source"]] {
      let result = try await pixelater.run(
        command + ["--endpoint-url", "http://127.0.0.1:\(port)"], located: false)
      #expect(result.status == 69, "\(command) \(result.errors)")
      #expect(result.errors.contains("127.0.0.1:\(port)"), "\(command) \(result.errors)")
      let unknown = try await pixelater.run(
        command + ["--endpoint-url", "http://no-such-host.invalid"], located: false)
      #expect(unknown.status == 69, "\(command) \(unknown.errors)")
      #expect(unknown.errors.contains("no-such-host.invalid"), "\(command) \(unknown.errors)")
    }
  }

  /// The program's world with a server that does as it is told.
  private func pixelater(on server: FaultServer, _ more: [String: String] = [:]) throws -> Program {
    Program(
      workspace: try TestWorkspace(),
      environment: [
        "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL_S3": server.url, "PIXELATER_SOURCE": "s3://photos",
        "PIXELATER_DESTINATION": "s3://renditions",
      ].merging(more) { _, new in new })
  }

  @Test("Listings go side by side, each over a connection that is kept for all its pages")
  func connections() async throws {
    let begun = Locked(0)
    let server = try FaultServer { request in
      if !request.target.contains("continuation-token") {
        // Nobody is answered before all have begun; the time is for the case that they never do.
        begun.withLock { $0 += 1 }
        let end = ContinuousClock.now + .seconds(20)
        while begun.withLock({ $0 }) < 7, ContinuousClock.now < end { usleep(1000) }
      }
      let page = (1...4).first { request.target.contains("continuation-token=\($0)") } ?? 0
      let next = page < 4 ? "<NextContinuationToken>\(page + 1)</NextContinuationToken>" : ""
      return .ok("<ListBucketResult>\(next)<IsTruncated>\(page < 4)</IsTruncated></ListBucketResult>")
    }
    let result = try await pixelater(on: server).run(["status", "--json"], located: false)
    #expect(result.status == 0, "\(result.errors)")
    // The source, the records of failures and five sizes.
    #expect(server.requests.count == 7 * 5)
    #expect(begun.withLock { $0 } == 7)
    #expect(server.connections == 7)
  }

  @Test("An outage ends the command after as many tries as were asked for", arguments: [nil, "1", "6"])
  func outage(attempts: String?) async throws {
    let server = try FaultServer { _ in .status(500) }
    let result = try await pixelater(on: server, attempts.map { ["AWS_MAX_ATTEMPTS": $0] } ?? [:])
      .run(["status"], located: false)
    #expect(result.status == 69, "\(result.errors)")
    let tries = try #require(Int(attempts ?? "4"))
    // One listing of seven was tried to its end; then the others need not be.
    #expect((tries...7 * tries).contains(server.requests.count), "\(server.requests.count)")
    let most = Dictionary(grouping: server.requests, by: \.target).values.map(\.count).max()
    #expect(most == tries)
  }

  @Test("Read-only means that nothing is written")
  func readOnly() async throws {
    let buckets = try await BucketWorkspace(try await S3Engine.seaweedfs())
    try await picture(buckets)
    for command in [["run", "--all"], ["clean", "--orphans", "--yes"], ["worker", "--drain"]] {
      let result = try await buckets.run(command + ["--read-only"])
      #expect(result.status == 77, "\(command) \(result.errors)")
    }
    #expect(try await buckets("status", "--read-only").status == 0)
    #expect(try await buckets.destination.contents().isEmpty)
  }

  @Test("A server that does not list in the order of keys is told as such, and nothing is made of its listings")
  func order() async throws {
    let buckets = try await BucketWorkspace(try await S3Engine.seaweedfs())
    // SeaweedFS has folders, and puts the folder `a` before the file `a-b.png`.
    for name in ["a/x.png", "a-b.png"] { try await picture(buckets, name) }
    for command in [["ls", "source"], ["status"], ["run", "--all"], ["clean", "--orphans", "--yes"]] {
      let result = try await buckets.run(command)
      #expect(result.status == 69, "\(command) \(result.output) \(result.errors)")
      #expect(result.errors.contains("out of the byte order of their keys"), "\(command) \(result.errors)")
      #expect(result.errors.contains(buckets.source.bucket), "\(command) \(result.errors)")
    }
    #expect(try await buckets.source.read(try #require(ObjectKey("a/x.png")), limit: 1 << 20).bytes.isEmpty == false)
    // The same names where the order is S3's.
    let others = try await BucketWorkspace(try await S3Engine.ministack())
    for name in ["a/x.png", "a-b.png"] { try await picture(others, name) }
    #expect(try await others("run", "--all").status == 0)
    #expect(try await others("verify").status == 0)
  }

  @Test("Prefixes of one bucket are two places, and what lies beside them is left alone")
  func prefixes() async throws {
    let buckets = try await BucketWorkspace(try await S3Engine.ministack())
    for name in ["in/a + b.png", "in/deep/c.png", "inside.png", "other/d.png"] { try await picture(buckets, name) }
    let places = [
      "PIXELATER_SOURCE": "s3://\(buckets.source.bucket)/in/",
      "PIXELATER_DESTINATION": "s3://\(buckets.source.bucket)/out/",
    ]
    #expect(try await buckets("run", "--all", with: places).status == 0)
    let keys = Set(try await buckets.source.contents().keys.map(\.string))
    let made = [8, 16, 32, 48, 64].flatMap { (side: Int) -> [String] in
      ["out/pixelated-\(side)x\(side)-a + b.png", "out/pixelated-\(side)x\(side)-deep/c.png"]
    }
    #expect(keys == Set(made + ["in/a + b.png", "in/deep/c.png", "inside.png", "other/d.png"]))
    let overlap = try await buckets(
      "run", "--all",
      with: ["PIXELATER_DESTINATION": "s3://\(buckets.source.bucket)/in/out/"].merging(
        ["PIXELATER_SOURCE": "s3://\(buckets.source.bucket)/in/"]) { first, _ in first })
    #expect(overlap.status == 77, "\(overlap.errors)")
  }

  @Test("Source and destination may be on servers of their own, with credentials of their own")
  func twoServers() async throws {
    let (from, to) = (try await S3Engine.seaweedfs(), try await S3Engine.ministack(verifying: true))
    let buckets = try await BucketWorkspace(from)
    let destination = try BucketWorkspace.bucket(buckets.destination.bucket, of: to)
    try await destination.create()
    try await picture(buckets)
    try await picture(buckets, "folder/another + one.png")

    // Each end's credentials are good for its own server alone; the common ones for neither.
    let user = try await IAMUser("two-servers", on: to)
    try await user.put(
      policy: """
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
        """)
    let home = buckets.workspace.folder + "/home/.aws"
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    try """
    [from]
    aws_access_key_id = \(from.accessKeyID)
    aws_secret_access_key = \(from.secretAccessKey)
    [to]
    aws_access_key_id = \(user.credentials.accessKeyID)
    aws_secret_access_key = \(user.credentials.secretAccessKey)
    """.write(toFile: home + "/credentials", atomically: true, encoding: .utf8)
    let config = buckets.workspace.folder + "/config.toml"
    try """
    source = "s3://\(buckets.source.bucket)"
    destination = "s3://\(destination.bucket)"
    region = "us-west-2"
    source_profile = "from"
    source_region = "\(from.region)"
    source_endpoint_url = "\(from.endpoint)"
    destination_profile = "to"
    destination_endpoint_url = "\(to.endpoint)"
    addressing = "path"
    """.write(toFile: config, atomically: true, encoding: .utf8)
    let pixelater = Program(
      workspace: buckets.workspace,
      environment: [
        "AWS_EC2_METADATA_DISABLED": "true", "AWS_ACCESS_KEY_ID": "NOBODY", "AWS_SECRET_ACCESS_KEY": "nothing",
      ])
    let run = try await pixelater("run", "--all", "--config", config, located: false)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try await destination.contents().count == 10)
    #expect(try await buckets.destination.contents().isEmpty)
    let verify = try await pixelater("verify", "--config", config, located: false)
    #expect(verify.status == 0, "\(verify.output)\(verify.errors)")

    // A bucket of one name on two servers is two.
    let names = try String(contentsOfFile: config, encoding: .utf8).replacing(
      "destination = \"s3://\(destination.bucket)\"", with: "destination = \"s3://\(buckets.source.bucket)\"")
    try names.write(toFile: config, atomically: true, encoding: .utf8)
    try await BucketWorkspace.bucket(buckets.source.bucket, of: to).create()
    #expect(try await pixelater("run", "--all", "--config", config, located: false).status == 0)
    #expect(try await buckets.source.contents().count == 2)
  }

  @Test(
    "The console opens on buckets, makes an object complete, and leaves", .disabled(if: Tmux.isMissingByDesign),
    arguments: ["SeaweedFS", "MiniStack"])
  func console(name: String) async throws {
    let buckets = try await BucketWorkspace(try await S3Engine.named(name))
    try await picture(buckets, "first.png")
    try await picture(buckets, "second + third.png")
    let console = try await Tmux(
      buckets.workspace, command: "$pixelater; echo left $?", world: buckets.environment)
    do {
      try await console.waitForLine("first.png", "○ pending")
      try await console.waitForLine("second + third.png", "○ pending")
      try await console.press("r")
      try await console.wait(for: "Process")
      try await console.press("Enter")
      try await console.waitForLine("first.png", "● complete")
      try await console.waitForLine("second + third.png", "○ pending")
      try await console.press("q")
      try await console.wait(for: "left 0")
    } catch {
      await console.end()
      throw error
    }
    await console.end()
    #expect(try await buckets.destination.contents().count == 5)
  }
}
