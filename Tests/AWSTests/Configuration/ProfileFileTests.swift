@testable import AWS
import Testing

@Suite("Shared files")
struct ProfileFileTests {
  private func read(_ text: String) throws(CredentialError) -> ProfileFile {
    try ProfileFile(path: "config", content: Array(text.utf8))
  }

  @Test(
    "Names of sections",
    arguments: [
      ("[default]", "default"), ("[profile x]", "profile x"), ("[ profile\t  x ]", "profile x"),
      ("[profile \"two words\"]", "profile two words"), ("[profile 'x']", "profile x"),
      ("[sso-session a.b]", "sso-session a.b"),
      ("[profile x] # why", "profile x"), ("[profile x];why", "profile x"), ("[profile über]", "profile über"),
    ])
  func sections(line: String, name: String) throws {
    #expect(try read("\(line)\nregion = r\n").sections[name]?.properties["region"]?.value == "r")
  }

  @Test(
    "Values",
    arguments: [
      ("a=b", "b"), ("A  =  b  ", "b"), ("a = b=c==", "b=c=="), ("a = b # comment", "b"), ("a = b\t; comment", "b"),
      ("a = b#c;d", "b#c;d"), ("a =", ""), ("a = # nothing", ""), ("a = \"b\"", "\"b\""), ("a = 1\na = 2", "2"),
      ("a = b\n  c\n  d", "b\nc\nd"), ("a = b\r", "b"),
    ])
  func values(text: String, value: String) throws {
    #expect(try read("[default]\n\(text)\nother = x").sections["default"]?.properties["a"]?.value == value)
  }

  @Test
  func comments() throws {
    let file = try read("# a\n; b = c\n\n[default]\n  # c\nregion = x\n#[other]\n")
    #expect(file.sections.keys.sorted() == ["default"])
    #expect(file.sections["default"]?.properties.count == 1)
  }

  @Test
  func nestedProperties() throws {
    let file = try read(
      "[profile x]\ns3 =\n  Addressing_Style = path # yes\n\n  max_queue_size=1\nregion = r\n")
    let section = try #require(file.sections["profile x"])
    #expect(section.properties["s3"]?.nested["addressing_style"]?.value == "path")
    #expect(section.properties["s3"]?.nested["addressing_style"]?.line == 3)
    #expect(section.properties["s3"]?.nested["max_queue_size"]?.value == "1")
    #expect(section.properties["region"]?.value == "r")
  }

  @Test("A section that comes again adds to the first; line ends and a byte order mark do not matter")
  func repeated() throws {
    let file = try read("\u{FEFF}[a]\r\nx = 1\r\ny = 1\r\n[b]\r\n[a]\r\ny = 2\r\n")
    #expect(file.sections["a"]?.properties.mapValues(\.value) == ["x": "1", "y": "2"])
    #expect(file.sections["a"]?.properties["y"]?.line == 6)
  }

  @Test(
    "Faults are told with their line, and without what it says",
    arguments: [
      ("x = SENSITIVE", 1), ("[a\nx = SENSITIVE", 1), ("[a]\nSENSITIVE\n", 2), ("[a]\n = SENSITIVE", 2), ("\n[]\n", 2),
      ("[a] SENSITIVE", 1), ("[a]\ns3 =\n  SENSITIVE\n", 3),
    ])
  func faults(text: String, line: Int) {
    let error = #expect(throws: CredentialError.self) { try read(text) }
    #expect(error?.words.hasPrefix("config, line \(line): ") == true)
    #expect(error?.words.contains("SENSITIVE") == false)
  }

  @Test
  func notText() {
    #expect(throws: CredentialError.failed(source: "c", detail: "it is not UTF-8 text")) {
      try ProfileFile(path: "c", content: [0x5B, 0xFF, 0x5D])
    }
  }
}
