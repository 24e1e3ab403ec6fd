import AWS
import Foundation
import ObjectStore
import TestServers
import Testing

/// What doctor finds out about buckets: on real servers, and on one that says what it is told.
@Suite("Doctor on buckets", .enabled(if: S3Engine.isWanted), .timeLimit(.minutes(10)))
struct DoctorTests {
  private let workspace: TestWorkspace

  init() throws {
    workspace = try TestWorkspace()
  }

  struct Line: Equatable, Sendable {
    var check: String
    var isWell: Bool
    var detail: String
    var advice: String?
  }

  struct Report: Sendable {
    var status: Int32
    var lines: [Line]

    func all(_ check: String) -> [Line] { lines.filter { $0.check == check } }
    /// The line of a check of which there is one.
    func only(_ check: String) throws -> Line {
      #expect(all(check).count == 1, "\(check): \(lines)")
      return try #require(all(check).first)
    }
  }

  private func doctor(
    _ source: String, _ destination: String, _ environment: [String: String], more: [String] = []
  ) async throws -> Report {
    let program = Program(workspace: workspace, environment: environment)
    let result = try await program.run(
      ["doctor", "--json", "--source", source, "--destination", destination] + more, located: false)
    for secret in environment where secret.key.contains("SECRET") {
      #expect(!(result.output + result.errors).contains(secret.value))
    }
    #expect(result.errors.isEmpty)
    let lines = try result.rows().map { row in
      Line(
        check: try #require(row["check"] as? String), isWell: try #require(row["ok"] as? Bool),
        detail: try #require(row["detail"] as? String), advice: row["advice"] as? String)
    }
    #expect(lines.allSatisfy { $0.isWell || $0.advice?.isEmpty == false }, "what is wrong comes with advice")
    return Report(status: result.status, lines: lines)
  }

  // MARK: Real servers

  @Test("All is well on a real server, and nothing is left there", arguments: ["MiniStack", "SeaweedFS"])
  func well(_ name: String) async throws {
    let buckets = try EngineBuckets(
      name == "MiniStack" ? try await S3Engine.ministack(verifying: true) : try await S3Engine.seaweedfs())
    let source = try await buckets.make("source")
    let destination = try await buckets.make("destination")
    let report = try await doctor(
      "s3://\(source.bucket)/in/", "s3://\(destination.bucket)/out/", buckets.environment)
    #expect(report.status == 0, "\(report.lines.filter { !$0.isWell })")
    let credentials = try report.only("credentials")
    #expect(credentials.detail.hasPrefix("from environment"))
    if name == "MiniStack" {
      #expect(credentials.detail.contains("arn:aws:"))
      #expect(try report.only("events").detail.contains("nobody is told"))
      #expect(try report.only("events").advice?.contains("run --all") == true)
    }
    #expect(try report.only("source").detail.contains("s3://\(source.bucket)/in/ at \(buckets.engine.endpoint)"))
    #expect(try report.only("source").detail.contains(buckets.engine.region))
    for check in ["source list", "source read", "destination list", "destination read", "destination write"] {
      #expect(try report.only(check).detail == "allowed")
    }
    #expect(report.all("source write").isEmpty)
    #expect(try report.only("clock").isWell)
    #expect(try report.only("versioning").isWell)
    #expect(try report.only("loop hazard").isWell)
    #expect(try await buckets.keys(source).isEmpty)
    #expect(try await buckets.keys(destination).isEmpty)
  }

  @Test("A bucket that is not there is named, and where the location was set")
  func missing() async throws {
    let buckets = try EngineBuckets(try await S3Engine.ministack())
    let source = try await buckets.make("source")
    let absent = S3Engine.bucketName("absent")
    let report = try await doctor("s3://\(source.bucket)", "s3://\(absent)/x", buckets.environment)
    #expect(report.status == 1)
    #expect(try report.only("source").isWell)
    let line = try report.only("destination")
    #expect(!line.isWell)
    #expect(line.detail == "there is no bucket \(absent) at \(buckets.engine.endpoint)")
    #expect(line.advice == "create it, or correct --destination")
    #expect(report.lines.allSatisfy { !$0.check.hasPrefix("destination ") })
  }

  @Test("A wrong secret is the credentials' fault, and no bucket's")
  func wrongSecret() async throws {
    let buckets = try EngineBuckets(try await S3Engine.seaweedfs())
    let source = try await buckets.make("source")
    var environment = buckets.environment
    environment["AWS_SECRET_ACCESS_KEY"] = "another-secret-than-the-servers"
    let report = try await doctor("s3://\(source.bucket)", workspace.destination, environment)
    #expect(report.status == 1)
    let line = try report.only("credentials")
    #expect(!line.isWell)
    #expect(line.detail.hasSuffix("refused"))
    #expect(line.advice?.contains("SignatureDoesNotMatch") == true)
    #expect(try report.only("source").detail.hasSuffix("not asked"))
    #expect(try report.only("destination").isWell)
  }

  @Test("Under --read-only the right to write is not asked for")
  func readOnly() async throws {
    let buckets = try EngineBuckets(try await S3Engine.ministack())
    let source = try await buckets.make("source")
    let destination = try await buckets.make("destination")
    let report = try await doctor(
      "s3://\(source.bucket)", "s3://\(destination.bucket)", buckets.environment, more: ["--read-only"])
    #expect(report.status == 0)
    #expect(try report.only("destination write").detail.contains("not asked"))
  }

  @Test("Who is told of new pictures is listed; a queue that also hears of renditions is a loop")
  func events() async throws {
    let buckets = try EngineBuckets(try await S3Engine.ministack())
    let source = try await buckets.make("source")
    let destination = try await buckets.make("destination")
    let queue = try await buckets.makeQueue()
    func notification(_ prefix: String) -> String {
      """
      <NotificationConfiguration><QueueConfiguration><Queue>\(queue)</Queue><Event>s3:ObjectCreated:*</Event>
      <Filter><S3Key><FilterRule><Name>prefix</Name><Value>\(prefix)</Value></FilterRule></S3Key></Filter>
      </QueueConfiguration></NotificationConfiguration>
      """
    }
    try await buckets.set("notification", of: source, notification("in/"))
    try await buckets.set("notification", of: destination, notification("elsewhere/"))
    try await buckets.set(
      "versioning", of: destination, "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")

    let well = try await doctor(
      "s3://\(source.bucket)/in/2024/", "s3://\(destination.bucket)/out/", buckets.environment)
    #expect(well.status == 0, "\(well.lines.filter { !$0.isWell })")
    #expect(
      try well.only("events").detail == "queue \(queue) gets s3:ObjectCreated:*, keys that begin with \"in/\"")
    #expect(try well.only("versioning").advice?.contains("lifecycle") == true)
    #expect(try well.only("loop hazard").isWell)

    let aside = try await doctor("s3://\(source.bucket)/other/", workspace.destination, buckets.environment)
    #expect(try aside.only("events").detail.hasPrefix("nobody (1 are told of other things)"))

    try await buckets.set("notification", of: destination, notification("out/pixelated-8x8"))
    let loop = try await doctor("s3://\(source.bucket)/in/", "s3://\(destination.bucket)/out/", buckets.environment)
    #expect(loop.status == 1)
    let hazard = try loop.only("loop hazard")
    #expect(!hazard.isWell)
    #expect(hazard.detail.contains(queue))
    #expect(hazard.advice?.contains("s3://\(destination.bucket)/out/") == true)

    // One bucket, two prefixes: a filter that lets both through.
    try await buckets.set("notification", of: source, notification(""))
    let one = try await doctor("s3://\(source.bucket)/in/", "s3://\(source.bucket)/out/", buckets.environment)
    #expect(one.status == 1)
    #expect(try one.only("loop hazard").advice == "limit its filter to keys that begin with \"in/\"")
    try await buckets.set("notification", of: source, notification("in/"))
    let limited = try await doctor("s3://\(source.bucket)/in/", "s3://\(source.bucket)/out/", buckets.environment)
    #expect(limited.status == 0, "\(limited.lines.filter { !$0.isWell })")
    let overlap = try await doctor("s3://\(source.bucket)/in/", "s3://\(source.bucket)/in/out/", buckets.environment)
    #expect(overlap.status == 1)
    #expect(overlap.all("loop hazard").contains { !$0.isWell && $0.detail.contains("overlap") })
  }

  @Test("A user is told which rights of a policy lack, and needs no more than the least")
  func policies() async throws {
    let buckets = try EngineBuckets(try await S3Engine.ministack(verifying: true))
    let source = try await buckets.make("source")
    let destination = try await buckets.make("destination")
    let (from, to) = ("arn:aws:s3:::\(source.bucket)", "arn:aws:s3:::\(destination.bucket)")
    let locations = ("s3://\(source.bucket)/in/", "s3://\(destination.bucket)")

    let least = try await buckets.makeUser(allowing: [
      (["s3:ListBucket"], from), (["s3:GetObject"], from + "/in/*"), (["s3:ListBucket"], to),
      (["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], to + "/*"),
    ])
    let well = try await doctor(locations.0, locations.1, least)
    #expect(well.status == 0, "\(well.lines.filter { !$0.isWell })")
    #expect(try well.only("credentials").detail.contains(":user/user-"))
    #expect(try well.only("destination write").detail == "allowed")

    let reader = try await buckets.makeUser(allowing: [
      (["s3:ListBucket"], from), (["s3:GetObject"], from + "/*"), (["s3:ListBucket"], to),
      (["s3:GetObject"], to + "/*"),
    ])
    let reading = try await doctor(locations.0, locations.1, reader)
    #expect(reading.lines.filter { !$0.isWell }.map(\.check) == ["destination write"])
    #expect(try reading.only("destination write").advice?.hasPrefix("allow s3:PutObject on \(to)/*") == true)
    let readOnly = try await doctor(locations.0, locations.1, reader, more: ["--read-only"])
    #expect(readOnly.status == 0)

    let lister = try await buckets.makeUser(allowing: [(["s3:ListBucket"], from), (["s3:*"], to + "*")])
    let listing = try await doctor(locations.0, locations.1, lister)
    #expect(listing.lines.filter { !$0.isWell }.map(\.check) == ["source read"])

    let outsider = try await buckets.makeUser(allowing: [(["s3:GetObject"], from + "/*")])
    let outside = try await doctor(locations.0, locations.1, outsider)
    #expect(outside.lines.filter { !$0.isWell }.map(\.check) == ["source list", "destination list"])
    #expect(try await buckets.keys(destination).isEmpty)
  }

  // MARK: No way to a server

  @Test("Without credentials it says where it looked")
  func noCredentials() async throws {
    let report = try await doctor("s3://bucket-1/in", "s3://bucket-2", [:])
    #expect(report.status == 1)
    let line = try report.only("credentials")
    #expect(!line.isWell)
    #expect(line.detail.hasPrefix("none found; looked at: environment"))
    #expect(line.advice?.contains("aws configure") == true)
    #expect(try report.only("source").detail == "s3://bucket-1/in at AWS: not asked")
    #expect(try report.only("destination").detail == "s3://bucket-2/ at AWS: not asked")
  }

  @Test("A profile that is not there is said once")
  func noProfile() async throws {
    let report = try await doctor("s3://bucket-1", "s3://bucket-2", [:], more: ["--profile", "absent"])
    #expect(report.status == 1)
    #expect(try report.only("credentials").detail == "there is no AWS profile 'absent'")
  }

  @Test("A server that nobody reaches is told of, and asked no more")
  func unreachable() async throws {
    let deaf = try DeafPort()
    let report = try await doctor(
      "s3://bucket-1", "s3://bucket-2",
      keys(to: "http://127.0.0.1:\(deaf.port)", more: ["PIXELATER_DESTINATION_ENDPOINT_URL": "http://127.0.0.1:1"]))
    #expect(report.status == 1)
    #expect(try report.only("source").detail == "s3://bucket-1/: not reached at http://127.0.0.1:\(deaf.port)")
    #expect(try report.only("source").advice == "The store did not answer in time; retry.")
    #expect(try report.only("destination").detail == "s3://bucket-2/: not reached at http://127.0.0.1:1")
    #expect(try report.only("destination").advice?.contains("cannot be reached") == true)
    #expect(report.lines.allSatisfy { !$0.check.hasSuffix(" list") && $0.check != "clock" && $0.check != "events" })
  }

  // MARK: A server that says what it is told

  @Test("Each right that lacks is named with what it is needed on")
  func denied() async throws {
    let server = try FaultServer { request in
      let isListing = request.target.contains("list-type=2")
      return isListing ? Self.listing() : .status(403, body: Self.fault("AccessDenied"))
    }
    let report = try await doctor("s3://bucket-1/in/", "s3://bucket-2/out/", keys(to: server.url))
    #expect(report.status == 1)
    #expect(try report.only("source list").isWell)
    #expect(try report.only("source read").advice == "allow s3:GetObject on arn:aws:s3:::bucket-1/in/*")
    #expect(
      try report.only("destination write").advice
        == "allow s3:PutObject and s3:GetObject on arn:aws:s3:::bucket-2/out/*, or work with --read-only")
    #expect(try report.only("events").isWell)
    #expect(try report.only("events").advice?.contains("s3:GetBucketNotification") == true)
    #expect(try report.only("versioning").advice?.contains("s3:GetBucketVersioning") == true)
    #expect(server.requests.allSatisfy { $0.method != "DELETE" })

    let strict = try FaultServer { _ in .status(403, body: Self.fault("AccessDenied")) }
    let all = try await doctor(
      "s3://bucket-1/in/", "s3://bucket-2/out/",
      keys(to: strict.url, more: ["PIXELATER_SOURCE_OWNER": "123456789012"]))
    #expect(
      try all.only("source list").advice
        == "allow s3:ListBucket on arn:aws:s3:::bucket-1; or the bucket is not account 123456789012's, as source_owner says"
    )
    #expect(try all.only("source read").detail.contains("cannot be told"))
  }

  @Test("A clock that is off is told, and a region that had to be mended")
  func clockAndRegion() async throws {
    let server = try FaultServer { request in
      guard request["authorization"]?.contains("/eu-west-1/s3/") == true else {
        return .status(400, body: Self.fault("AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>"))
      }
      return request.target.contains("list-type=2")
        ? Self.listing(at: Date.now.addingTimeInterval(300)) : .status(404, body: Self.fault("NoSuchKey"))
    }
    let report = try await doctor("s3://bucket-1", "s3://bucket-2", keys(to: server.url))
    #expect(report.status == 1)
    let clock = try report.only("clock")
    #expect(!clock.isWell)
    #expect(clock.detail.wholeMatch(of: /(5m 0\d|4m 5\d)s behind the server's/) != nil, "\(clock.detail)")
    #expect(clock.advice?.contains("timedatectl") == true)
    let source = try report.only("source")
    #expect(source.isWell)
    #expect(source.detail.hasSuffix("region eu-west-1, and not us-east-1"))
    #expect(source.advice?.contains("source_region = \"eu-west-1\"") == true)
    #expect(try report.only("destination").advice?.contains("destination_region = \"eu-west-1\"") == true)
    #expect(try report.only("events").detail.contains("does not tell"))
  }

  @Test("Credentials that end soon are well, and it is said when they end")
  func expiring() async throws {
    let server = try FaultServer { request in
      request.target.contains("list-type=2") ? Self.listing() : .status(404, body: Self.fault("NoSuchKey"))
    }
    let end = Date.now.addingTimeInterval(298).formatted(.iso8601)
    let report = try await doctor(
      "s3://bucket-1", "s3://bucket-2", keys(to: server.url, more: ["AWS_CREDENTIAL_EXPIRATION": end]))
    #expect(report.status == 0)
    let line = try report.only("credentials")
    let stated = end.replacing("T", with: " ").replacing("Z", with: " UTC")
    #expect(line.detail.contains("good until \(stated) (4m 5"), "\(line.detail)")
    #expect(line.advice?.contains("renew") == true)
    let past = try await doctor(
      "s3://bucket-1", "s3://bucket-2",
      keys(to: server.url, more: ["AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z"]))
    #expect(try !past.only("credentials").isWell)
  }

  @Test("What a server says is escaped")
  func foreignText() async throws {
    let server = try FaultServer { _ in
      .status(418, body: Array("<Error><Code>Tea\u{202E}pot</Code><Message>\u{9B}31m</Message></Error>".utf8))
    }
    let program = Program(workspace: workspace, environment: keys(to: server.url))
    let result = try await program.run(
      ["doctor", "--source", "s3://bucket-1", "--destination", "s3://bucket-2"], located: false)
    #expect(result.status == 1)
    #expect(result.output.contains("Tea"))
    #expect(!result.output.unicodeScalars.contains { $0 == "\u{202E}" || $0 == "\u{9B}" || $0 == "\u{1B}" })
  }

  // MARK: Info

  @Test("Info tells how each bucket would be reached, without a secret")
  func info() async throws {
    let environment = [
      "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "hush-hush", "AWS_REGION": "eu-west-1",
      "PIXELATER_DESTINATION_ENDPOINT_URL": "http://localhost:9000", "PIXELATER_SOURCE_OWNER": "123456789012",
    ]
    let program = Program(workspace: workspace, environment: environment)
    let arguments = ["--source", "s3://bucket-1", "--destination", "s3://bucket-2"]
    let rows = try await program.run(["info", "--json"] + arguments, located: false).rows()
    let row = try #require(rows.first)
    let access = try #require(row["aws"] as? [[String: Any]])
    #expect(access.map { $0["role"] as? String } == ["source", "destination"])
    #expect(access.map { $0["credentials"] as? String } == ["environment", "environment"])
    #expect(access.map { $0["region"] as? String } == ["eu-west-1", "eu-west-1"])
    #expect(access.map { $0["endpoint"] as? String } == [nil, "http://localhost:9000"])
    #expect(access.map { $0["owner"] as? String } == ["123456789012", nil])
    #expect(access.map { $0["profile"] as? String } == ["default", "default"])
    let text = try await program.run(["info"] + arguments, located: false)
    #expect(text.status == 0)
    #expect(text.output.contains("AWS, source"))
    #expect(text.output.contains("from environment"))
    #expect(!text.output.contains("hush-hush") && !text.output.contains("AKID"))

    let plain = try #require(try await program("info", "--json").rows().first)
    let folders = plain["aws"] as? [[String: Any]]
    #expect(folders?.count == 1)
    #expect(folders?.first?["role"] is NSNull)
    #expect(folders?.first?["credentials"] is NSNull)
    let wrong = try await program.run(["info", "--profile", "absent"] + arguments, located: false)
    #expect(wrong.status == 0)
    #expect(wrong.output.contains("there is no AWS profile 'absent'"))
  }

  private func keys(to url: String, more: [String: String] = [:]) -> [String: String] {
    ["AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "hush-hush", "AWS_ENDPOINT_URL": url].merging(more) { $1 }
  }

  private static func fault(_ code: String, _ more: String = "") -> [UInt8] {
    Array("<Error><Code>\(code)</Code><Message>No.</Message>\(more)</Error>".utf8)
  }

  private static func listing(at time: Date = .now) -> FaultAnswer {
    let style = Date.VerbatimFormatStyle(
      format:
        "\(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .defaultDigits) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits) GMT",
      locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt, calendar: Calendar(identifier: .gregorian))
    return .status(
      200, headers: ["Date: \(time.formatted(style))"],
      body: Array("<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>".utf8))
  }
}
