import Foundation
import PixelEngine
import TestServers
import Testing

/// The template and the zip on a local AWS that runs functions: pictures go in, and nobody lifts a hand.
@Suite(
  "The stack", .enabled(if: S3Engine.isWanted && FunctionProgram.isZipWanted, FunctionProgram.zipComment), .serialized,
  .timeLimit(.minutes(10)))
struct StackTests {
  @Test(
    "Fifty pictures with hostile names get 250 renditions, and a poison one its record", arguments: ["direct", "queue"])
  func pictures(mode: String) async throws {
    let stack = try await Stack(mode: mode)
    let keys = Self.keys
    var objects: [(key: String, bytes: [UInt8])] = []
    for (seed, key) in keys.enumerated() {
      objects.append((key, try TestWorkspace.picture(seed: seed, format: seed.isMultiple(of: 5) ? .jpeg : .png)))
    }
    objects.append(("poison +1.png", Array("This is no picture.".utf8)))
    objects.append(("notes.txt", Array("Nor is this.".utf8)))
    try await stack.aws.put(objects, in: stack.source)

    let expected = Set(keys.flatMap { ExactKey.renditions(of: $0) } + [ExactKey(".pixelater/failures/poison +1.png")])
    try #require(expected.count == 251)
    try await eventually("all renditions stand", within: .seconds(120)) {
      try await stack.aws.keys(in: stack.destination).count >= expected.count
    }
    #expect(try await stack.aws.keys(in: stack.destination) == expected)
    if let queue = stack.outputs["WorkQueueUrl"] {
      try await eventually("the queue is empty") { try await stack.aws.depth(of: queue) == 0 }
    } else {
      #expect(mode == "direct")
    }
    // What cannot be a picture was recorded, and is no message that failed.
    #expect(try await stack.aws.depth(of: try stack.output("DeadLetterQueueUrl")) == 0)
  }

  @Test("The shipped role is enough, and without any one of these actions it is not")
  func rights() async throws {
    let stack = try await Stack(mode: "direct", verifying: true)
    let picture = try TestWorkspace.picture()
    let role = try #require(stack.resources["FunctionRole"])
    let deadLetters = try stack.output("DeadLetterQueueUrl")
    // One that gets a failure record, which is to be cleared later.
    try await stack.aws.put([("fine.png", picture), ("mended.png", Array("no picture".utf8))], in: stack.source)
    try await eventually("the shipped role is enough", within: .seconds(120)) {
      try await stack.aws.keys(in: stack.destination).count == 6
    }

    let document = try #require(try await stack.aws.ask("document", ["name": role])["document"] as? String)
    for (statement, action, key) in [
      ("ReadSources", "s3:GetObject", "a.png"), ("WriteRenditions", "s3:GetObject", "b.png"),
      ("WriteRenditions", "s3:PutObject", "c.png"), ("ClearFailureRecords", "s3:DeleteObject", "mended.png"),
    ] {
      try await stack.aws.ask("narrow", ["name": role, "statement": statement, "without": action])
      try await stack.aws.put([(key, picture)], in: stack.source)
      try await eventually("a failed invocation is kept without \(statement) \(action)", within: .seconds(120)) {
        try await stack.aws.depth(of: deadLetters) > 0
      }
      let bodies = try #require(try await stack.aws.ask("receive", ["queue": deadLetters])["bodies"] as? [String])
      #expect(bodies.count == 1 && bodies.allSatisfy { $0.contains(key) && $0.contains("AccessDenied") }, "\(bodies)")
      try await stack.aws.ask("restore", ["name": role, "document": document])
    }
    // With all of it again, what had failed succeeds.
    for key in ["a.png", "b.png", "c.png", "mended.png"] { try await stack.aws.put([(key, picture)], in: stack.source) }
    let expected = Set(["fine.png", "a.png", "b.png", "c.png", "mended.png"].flatMap { ExactKey.renditions(of: $0) })
    try await eventually("all stand and no failure record does", within: .seconds(120)) {
      try await stack.aws.keys(in: stack.destination) == expected
    }
  }

  @Test("A queue keeps what rights refuse")
  func queueRights() async throws {
    let stack = try await Stack(mode: "queue", verifying: true)
    let queue = try stack.output("WorkQueueUrl")
    // In one batch with the picture it would come back with it.
    try await eventually("S3's test message is done with", within: .seconds(120)) {
      try await stack.aws.depth(of: queue) == 0
    }
    let role = try #require(stack.resources["FunctionRole"])
    try await stack.aws.ask("narrow", ["name": role, "statement": "ReadSources", "without": "s3:GetObject"])
    try await stack.aws.put([("a.png", try TestWorkspace.picture())], in: stack.source)
    let group = try #require(stack.resources["FunctionLog"])
    try await eventually("the function says so, loudly", within: .seconds(120)) {
      let lines = try await stack.aws.ask("log", ["group": group])["lines"] as? [String] ?? []
      return lines.contains { $0.contains("FATAL") && $0.contains("rights, credentials or region") }
    }
    #expect(try await stack.aws.depth(of: queue) == 1)
    #expect(try await stack.aws.keys(in: stack.destination).allSatisfy { !$0.description.hasPrefix("pixelated-") })
  }

  /// Fifty.
  private static var keys: [String] {
    let hostile = [
      "a b.png", "a+b.png", "a%20b.png", "a%2Bb.png", "100%.png", "é.png", "e\u{301}.png", "日本語/写真.png",
      "😀 smile.png", "a&b=c?d#e.png", "quote\"'<>.png", "back\\slash.png", "folder/deep/er/x.png",
      "//double//slash.png",
      "/leading.png", "trailing.png ", "tab\tin.png", "~tilde*!().png", "..png", "dots../..png", "no suffix",
      "UPPER.PNG",
      "{brace}[bracket]|pipe^.png", "comma,semi;colon:at@.png", "ﬁ ligature.png",
    ]
    return hostile + (hostile.count..<50).map { "series/\($0).png" }
  }
}

/// A stack of its own: deployed, and waiting for pictures.
private struct Stack {
  let aws: LocalAWS
  let source: String
  let destination: String
  let outputs: [String: String]
  /// Physical names by those of the template.
  let resources: [String: String]

  init(mode: String, verifying: Bool = false) async throws {
    aws = try await LocalAWS(verifying: verifying)
    source = S3Engine.bucketName("source")
    destination = S3Engine.bucketName("renditions")
    let code = try await aws.makeBuckets("code")
    let answer = try await aws.ask(
      "deploy",
      [
        "stack": S3Engine.bucketName("stack"), "template": FunctionProgram.template,
        "zip": try FunctionProgram.requiredZip(), "codeBucket": code[0],
        "parameters": ["Mode": mode, "SourceBucketName": source, "DestinationBucketName": destination],
      ])
    try #require(answer["status"] as? String == "CREATE_COMPLETE", "\(answer)")
    outputs = try #require(answer["outputs"] as? [String: String])
    resources = try #require(answer["resources"] as? [String: String])
  }

  func output(_ name: String) throws -> String { try #require(outputs[name], "the stack has no output \(name)") }
}

extension LocalAWS {
  func depth(of queue: String) async throws -> Int {
    try #require(try await ask("depth", ["queue": queue])["depth"] as? Int)
  }
}
