import ArgumentParser
import FoundationEssentials

/// What the argument parser knows of a command, as it dumps it for tools.
struct ParserFacts: Decodable {
  struct Argument: Decodable {
    struct Name: Decodable {
      var kind: String
      var name: String

      var text: String { kind == "long" ? "--" + name : "-" + name }
    }

    var kind: String
    var shouldDisplay: Bool
    var sectionTitle: String?
    var isRepeating: Bool
    var names: [Name]?
    var valueName: String?
    var defaultValue: String?
    var allValues: [String]?
    var abstract: String?

    /// Whether every command takes it.
    var isCommon: Bool { sectionTitle == "Common options" }
  }

  var commandName: String
  var abstract: String?
  var discussion: String?
  var arguments: [Argument]?
  var subcommands: [ParserFacts]?

  private struct Tool: Decodable {
    var command: ParserFacts
  }

  static func of(_ root: any ParsableCommand.Type) throws -> ParserFacts {
    try JSONDecoder().decode(Tool.self, from: Data(root._dumpHelp().utf8)).command
  }
}
