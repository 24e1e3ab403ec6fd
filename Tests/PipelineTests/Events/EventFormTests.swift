import Foundation
import ObjectStore
import Testing

@testable import Pipeline

@Suite("Forms of events")
struct EventFormTests {
  @Test("S3's notification tells everything of its object")
  func notification() throws {
    let message = try EventMessage(EventSamples.notification())
    let event = ObjectEvent(
      bucket: "one", key: try key("red flower.jpg"), kind: .created, etag: "d41d8cd98f00b204e9800998ecf8427e",
      size: 1024, versionID: "v1", sequencer: Sequencer("0055AED6DCD90281E5"),
      time: Date(timeIntervalSince1970: 1_795_269_839))
    #expect(message.events == [event])
    #expect(!message.isTest && message.ignored == 0 && message.faults.isEmpty)
  }

  @Test(
    "keys are decoded once: plus first, then percent",
    arguments: [
      ("red+flower.jpg", "red flower.jpg"), ("a%2Bb.jpg", "a+b.jpg"), ("in/b+c%2Bd%25%C3%BC.png", "in/b c+d%ü.png"),
      ("a%2525.png", "a%25.png"), ("Happy%20Face.jpg", "Happy Face.jpg"), ("a%40b", "a@b"), ("%2F%2F..%2F", "//../"),
      ("%f0%9f%8c%b8", "🌸"), ("new%0Aline", "new\nline"),
    ])
  func decodesKeys(encoded: String, plain: String) throws {
    #expect(try EventMessage(EventSamples.notification(key: encoded)).events.map(\.key.string) == [plain])
  }

  @Test(
    "a key that is none spoils its record alone",
    arguments: ["", "a%", "a%2", "a%zz", "%FF%FE", "%00", String(repeating: "x", count: 1025)])
  func invalidKeys(encoded: String) throws {
    let message = try EventMessage(EventSamples.notification(key: encoded))
    #expect(message.events.isEmpty)
    #expect(message.faults == [.invalidKey])
  }

  @Test("what is encoded is decoded again", arguments: HostileNames.all)
  func roundTrip(name: String) throws {
    #expect(FormEncoding.decode(FormEncoding.encode(name)) == name)
    let event = ObjectEvent(
      bucket: "one", key: try key(name), etag: "e", size: 9, versionID: "v", time: Date(timeIntervalSince1970: 1))
    #expect(try EventMessage(EventMessage.body(of: [event])).events == [event])
  }

  @Test(
    "names of events",
    arguments: [
      ("ObjectCreated:Put", ObjectEvent.Kind.created), ("ObjectCreated:CompleteMultipartUpload", .created),
      ("s3:ObjectCreated:Copy", .created), ("ObjectRestore:Completed", .created), ("ObjectRemoved:Delete", .removed),
      ("ObjectRemoved:DeleteMarkerCreated", .removed), ("LifecycleExpiration:Delete", .removed),
      ("ObjectTagging:Put", nil), ("ObjectAcl:Put", nil), ("s3:LifecycleTransition", nil), ("ObjectRestore:Post", nil),
    ] as [(String, ObjectEvent.Kind?)])
  func kinds(name: String, kind: ObjectEvent.Kind?) throws {
    let message = try EventMessage(EventSamples.notification(name: name))
    #expect(message.events.map(\.kind) == (kind.map { [$0] } ?? []))
    #expect(message.ignored == (kind == nil ? 1 : 0))
  }

  @Test(
    "minor versions pass, major ones do not",
    arguments: [
      ("2.0", true), ("2.6", true), ("2", true), ("3.0", false), ("1.0", false), ("", false), ("20.1", false),
    ])
  func versions(version: String, isKnown: Bool) throws {
    let message = try EventMessage(EventSamples.notification(version: version))
    #expect(message.events.count == (isKnown ? 1 : 0))
    #expect(message.faults == (isKnown ? [] : [.unsupportedVersion(version)]))
  }

  @Test("EventBridge's keys are not encoded")
  func bus() throws {
    let event = try #require(try EventMessage(EventSamples.bus()).events.first)
    #expect(event.key.string == "a+b%2B.jpg")
    #expect(event.etag == "abc" && event.size == 7 && event.versionID == "v2" && event.sequencer != nil)
    #expect(try EventMessage(EventSamples.bus(type: "Object Deleted")).events.map(\.kind) == [.removed])
    #expect(try EventMessage(EventSamples.bus(type: "Object Tags Added")).ignored == 1)
    #expect(throws: EventError.unsupportedVersion("1")) { try EventMessage(EventSamples.bus(version: "1")) }
  }

  @Test("the test message is no event, in whatever envelope")
  func testMessage() throws {
    for text in [
      EventSamples.test, EventSamples.topic(EventSamples.test), EventSamples.topicRecords([EventSamples.test]),
    ] {
      let message = try EventMessage(text)
      #expect(message.isTest && message.events.isEmpty && message.faults.isEmpty)
    }
  }

  @Test("a topic's envelope is opened, and once only")
  func topics() throws {
    let inner = EventSamples.notification()
    let plain = try EventMessage(inner)
    #expect(try EventMessage(EventSamples.topic(inner)) == plain)
    #expect(try EventMessage(EventSamples.topicRecords([inner])) == plain)
    #expect(throws: EventError.unknownForm) { try EventMessage(EventSamples.topic(EventSamples.topic(inner))) }
  }

  @Test("a function is given a message, or a batch whose messages fail one by one")
  func envelopes() throws {
    let inner = EventSamples.notification()
    for text in [inner, EventSamples.topic(inner), EventSamples.topicRecords([inner]), EventSamples.bus()] {
      guard case .message(let message) = try EventEnvelope(text) else { throw Unexpected(text) }
      #expect(message.events.count == 1)
    }
    let bodies = [inner, "hello world", EventSamples.topic(inner), EventSamples.bus(), EventSamples.test, "{}", ""]
    guard case .batch(let items) = try EventEnvelope(EventSamples.batch(bodies)) else { throw Unexpected("no batch") }
    #expect(items.map(\.messageID) == (0..<7).map { "m\($0)" })
    #expect(items.map(\.receiveCount) == (1...7).map { $0 })
    #expect(items[0].sent == Date(timeIntervalSince1970: 1_545_082_649.183))
    #expect(items.map { (try? $0.message.get())?.events.count } == [1, nil, 1, 1, 0, nil, nil])
    #expect(throws: EventError.notJSON) { try items[1].message.get() }
    #expect(throws: EventError.unknownForm) { try items[5].message.get() }
  }

  @Test("one bad record leaves the others")
  func mixedRecords() throws {
    let good = EventSamples.notification()
    let json = try #require(try JSONSerialization.jsonObject(with: Data(good.utf8)) as? [String: [[String: Any]]])
    var old = try #require(json["Records"]?.first)
    old["eventVersion"] = "3.1"
    var empty = old
    empty["eventVersion"] = "2.1"
    empty["s3"] = ["bucket": 5]
    let records: [Any] = [old, try #require(json["Records"]?.first), empty, 17, [1]]
    let message = try EventMessage(EventSamples.text(["Records": records]))
    #expect(message.events.count == 1)
    #expect(message.faults == [.unsupportedVersion("3.1"), .invalidField("bucket.name"), .unknownForm, .unknownForm])
  }

  @Test(
    "what is none of these is told as what it is",
    arguments: [
      ("", EventError.notJSON), ("hello world", .notJSON), ("{", .notJSON), ("[]", .unknownForm),
      ("null", .unknownForm),
      ("{}", .unknownForm), (#"{"Records":5}"#, .unknownForm),
      (#"{"Records":[{"eventSource":"aws:dynamodb"}]}"#, .unknownForm),
      (#"{"Type":"Notification","Message":"hi"}"#, .notJSON), (#"{"Type":"SubscriptionConfirmation"}"#, .unknownForm),
      (#"{"detail-type":"Object Created","source":"me","detail":{}}"#, .unknownForm),
    ])
  func others(text: String, error: EventError) {
    #expect(throws: error) { try EventMessage(text) }
  }

  @Test("no records are no events, and no fault")
  func noRecords() throws {
    #expect(try EventMessage(#"{"Records":[]}"#) == EventMessage())
  }
}

@Suite("Hostile messages")
struct HostileMessageTests {
  @Test("nesting and size are limited before anything is built")
  func limits() {
    let deep = String(repeating: "[", count: 200_000)
    #expect(throws: EventError.tooDeep(limit: 32)) { try EventMessage(deep + String(repeating: "]", count: 200_000)) }
    #expect(throws: EventError.tooDeep(limit: 32)) { try EventEnvelope(#"{"Records":"# + deep) }
    let large = EventMessage.maximumBytes + 1
    #expect(throws: EventError.tooLarge(bytes: large, limit: large - 1)) {
      try EventMessage(parsing: [UInt8](repeating: 0x20, count: large))
    }
    // Brackets in a text do not nest.
    #expect(throws: EventError.unknownForm) { try EventMessage(#"{"a":"\""# + deep + #""}"#) }
  }

  @Test("a message cut off anywhere is refused, and never read as another")
  func truncated() throws {
    for text in [EventSamples.notification(), EventSamples.topic(EventSamples.notification()), EventSamples.bus()] {
      let bytes = Array(text.utf8)
      for end in 0..<bytes.count {
        #expect(throws: EventError.notJSON) { try EventMessage(parsing: Array(bytes[..<end])) }
      }
    }
  }

  @Test("bytes that changed on the way make another event, or an error, and no crash", arguments: 0..<4)
  func mutated(seed: Int) throws {
    var random = SplitMix(seed: UInt64(seed))
    let texts = [
      EventSamples.notification(), EventSamples.bus(), EventSamples.test,
      EventSamples.batch([EventSamples.notification(), EventSamples.topic(EventSamples.notification())]),
      EventSamples.topicRecords([EventSamples.notification()]),
    ]
    for _ in 0..<250 {
      var bytes = Array((texts.randomElement(using: &random) ?? "").utf8)
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: index)
        default: bytes.insert(contentsOf: Array("{}[]\",:0".utf8).shuffled(using: &random).prefix(2), at: index)
        }
      }
      if case .batch(let items)? = try? EventEnvelope(parsing: bytes) { #expect(items.count <= 4) }
      _ = try? EventMessage(parsing: bytes)
    }
  }

  @Test("a value of any other type is a fault or is left out, wherever it stands")
  func wrongTypes() throws {
    let values: [Any] = [NSNull(), true, 1, -1, 1e300, "text", [Any](), [String: Any](), [[1]]]
    for text in [EventSamples.notification(), EventSamples.bus()] {
      let root = try JSONSerialization.jsonObject(with: Data(text.utf8))
      var seen = 0
      for path in paths(of: root) {
        for value in values {
          seen += 1
          let changed = replacing(path[...], in: root, by: value)
          if let message = try? EventMessage(EventSamples.text(changed)) {
            #expect(message.events.count + message.faults.count + message.ignored <= 1)
            for event in message.events { #expect((event.size ?? 0) >= 0) }
          }
        }
      }
      #expect(seen > 150)
    }
  }

  private func paths(of json: Any) -> [[String]] {
    switch json {
    case let object as [String: Any]:
      object.keys.sorted().flatMap { name in [[name]] + paths(of: object[name] as Any).map { [name] + $0 } }
    case let array as [Any]:
      array.indices.flatMap { index in [["\(index)"]] + paths(of: array[index]).map { ["\(index)"] + $0 } }
    default: []
    }
  }

  private func replacing(_ path: ArraySlice<String>, in json: Any, by value: Any) -> Any {
    guard let first = path.first else { return value }
    if var object = json as? [String: Any], let inner = object[first] {
      object[first] = replacing(path.dropFirst(), in: inner, by: value)
      return object
    }
    if var array = json as? [Any], let index = Int(first) {
      array[index] = replacing(path.dropFirst(), in: array[index], by: value)
      return array
    }
    return json
  }
}

@Suite("Sequencers")
struct SequencerTests {
  private func isOlder(_ a: String, _ b: String) throws -> Bool {
    try #require(Sequencer(a)).isOlder(than: try #require(Sequencer(b)))
  }

  @Test("of equal length compare as numbers, whatever the case of their digits")
  func equalLengths() throws {
    #expect(try isOlder("0055AED6DCD90281E5", "0055AED6DCD90281E6"))
    #expect(try !isOlder("0055AED6DCD90281E6", "0055AED6DCD90281E5"))
    #expect(try !isOlder("0055AED6DCD90281E5", "0055aed6dcd90281e5"))
    #expect(try isOlder("0a", "0B") && isOlder("0A", "0b"))
  }

  @Test("of unequal length are in order only where both ways of filling up agree")
  func unequalLengths() throws {
    // Left: 0055 < 0560. Right: 5500 > 0560.
    #expect(try !isOlder("55", "0560") && !isOlder("0560", "55"))
    #expect(try isOlder("05", "0560") && !isOlder("0560", "05"))
    // Filled up on the right they are equal.
    #expect(try !isOlder("05", "0500") && !isOlder("0500", "05"))
  }

  @Test("are a strict order", arguments: 0..<4)
  func order(seed: Int) throws {
    var random = SplitMix(seed: UInt64(seed))
    let all = (0..<60).compactMap { _ in
      Sequencer(String(UInt64.random(in: 0...0xFFFFF, using: &random), radix: 16))
    }
    for a in all {
      #expect(!a.isOlder(than: a))
      for b in all where a.isOlder(than: b) {
        #expect(!b.isOlder(than: a))
        for c in all where b.isOlder(than: c) { #expect(a.isOlder(than: c)) }
      }
    }
  }

  @Test(
    "are hexadecimal numbers of a sensible length",
    arguments: ["", "Happy Sequencer", "0x1", "-1", "é", String(repeating: "0", count: 65)])
  func others(text: String) { #expect(Sequencer(text) == nil) }
}

/// Names that have been trouble somewhere.
enum HostileNames {
  static let all = [
    "plain.png", "with space.png", "plus+and%percent.png", "ünï/cødé/文.jpg", "a//b.png", "/leading.png", "../up.png",
    "quote\"'`.png", "tab\there.png", "line\nbreak.png", "<&>.png", "🌸/🌺.png", "e\u{301}.png", "é.png", "dir/",
    "%2B.png", "a=b&c=d?e#f.png", "\\back\\slash.png", "\u{202E}gnp.exe", "~tilde*star.png",
    String(repeating: "k", count: 1024),
  ]
}
