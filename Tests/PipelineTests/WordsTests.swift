import Foundation
import ObjectStore
import PixelEngine
import Testing

@testable import Pipeline

@Suite struct LocationTests {
  @Test(arguments: [
    ("/a/b", "/a/b"), ("a/b", "/work/a/b"), ("./a/../b/", "/work/b"), ("file:///x//y", "/x/y"), ("~/p", "/home/me/p"),
    ("/", "/"), ("../../../..", "/"), ("s3://bucket", "s3://bucket/"), ("s3://bucket/in/", "s3://bucket/in/"),
    ("s3://bucket//x", "s3://bucket//x"),
  ])
  func reads(text: String, description: String) throws {
    let location = try Location(parsing: text, workingDirectory: "/work", home: "/home/me")
    #expect(location.description == description)
  }

  @Test(arguments: [
    ("", LocationError.empty), ("gs://bucket", .unknownScheme("gs")), ("s3://", .invalidBucket("")),
    ("s3://Bucket/x", .invalidBucket("Bucket")), ("file://host/x", .invalidPath("file://host/x")),
    ("a\0b", .invalidPath("/work/a\0b")),
  ])
  func refuses(text: String, error: LocationError) {
    #expect(throws: error) { try Location(parsing: text, workingDirectory: "/work") }
  }

  @Test(arguments: [
    ("/a", "/a", true), ("/a", "/a/b", true), ("/a/b", "/a", true), ("/a", "/ab", false), ("/", "/x", true),
    ("s3://bucket", "s3://bucket/out/", true), ("s3://bucket/in/", "s3://bucket/out/", false),
    ("s3://bucket/a", "s3://bucket/ab", true), ("s3://one", "s3://two", false), ("/a", "s3://aaa", false),
  ])
  func overlaps(a: String, b: String, expected: Bool) throws {
    let a = try Location(parsing: a, workingDirectory: "/")
    let b = try Location(parsing: b, workingDirectory: "/")
    #expect(a.overlaps(b) == expected)
    #expect(b.overlaps(a) == expected)
  }
}

@Suite struct RenditionNamingTests {
  @Test func theDefaultIsTheReference() throws {
    let key = try #require(ObjectKey("in/a b+c.png"))
    #expect(RenditionNaming().key(of: key, size: .x48) == "pixelated-48x48-in/a b+c.png")
  }

  @Test(arguments: GridSize.allCases) func parsesWhatItMakes(size: GridSize) throws {
    let source = try #require(ObjectKey("ä/ö.jpg"))
    let made = try #require(ObjectKey(RenditionNaming().key(of: source, size: size)))
    let parsed = try #require(RenditionNaming().parse(made))
    #expect(parsed.size == size)
    #expect(parsed.source == source)
  }

  @Test(arguments: [
    "pixelated-{key}", "{N}/{key}/x", "{N}", "a{N}-{key}{key}", "{key}{N}", ".pixelater/failures/{N}{key}",
  ])
  func refusesTemplates(template: String) {
    #expect(RenditionNaming(template: template) == nil)
  }

  @Test func takesAFolderForEachSize() throws {
    let naming = try #require(RenditionNaming(template: "{N}/{key}"))
    let key = try #require(ObjectKey("a.png"))
    #expect(naming.key(of: key, size: .x8) == "8/a.png")
  }
}

@Suite struct KnownSuffixTests {
  @Test(arguments: [
    ("a.txt", true), ("b/A.JSON", true), ("clip.gif", true), ("x.webp", true), ("a.png", false), ("a", false),
    ("txt", false), (".txt", true), ("a.txt/b", false), ("a.unknown", false), ("a.", false), ("a.png.pdf", true),
  ])
  func judges(key: String, expected: Bool) {
    #expect(KnownSuffix.isUnsupported(key) == expected)
  }
}
