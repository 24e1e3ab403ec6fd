import ArgumentParser
import Console
import Settings

/// The page of `man pixelater`: what the parser, the table of keys and the settings know, in the order man(7) asks for.
struct ManualPage {
  let text: String

  init() throws {
    let facts = try ParserFacts.of(Pixelater.self)
    var page = Roff(
      title: "PIXELATER", section: 1, source: "pixelater \(Pixelater.version)", manual: "User Commands")
    let abstract = facts.abstract ?? ""
    page.section("NAME")
    page.paragraph("pixelater - " + abstract.prefix(1).lowercased() + abstract.dropFirst().drop(suffix: "."))
    page.section("SYNOPSIS")
    page.paragraph("`pixelater` [options] [command] ...")
    let sections = Discussion(facts.discussion ?? "")
    page.section("DESCRIPTION")
    page.add(sections.parts.filter { $0.heading == nil })
    page.section("COMMANDS")
    for command in Pixelater.configuration.subcommands { Self.add(command, in: facts, to: &page) }
    page.section("OPTIONS OF EVERY COMMAND")
    let common = facts.subcommands?.lazy.compactMap(\.arguments).first { $0.contains(where: \.isCommon) } ?? []
    for argument in common where argument.isCommon { page.add(argument) }
    page.item("--help", "Flags and examples of a command.")
    page.item("--version", "The version of the program.")
    Self.addKeys(to: &page)
    Self.addEnvironment(to: &page)
    Self.addFiles(to: &page)
    for part in sections.parts {
      guard let heading = part.heading else { continue }
      page.section(heading)
      page.add([part])
    }
    text = page.text
  }

  /// A command, and in its place those below it.
  private static func add(
    _ command: any ParsableCommand.Type, in parent: ParserFacts, to page: inout Roff, path: String = ""
  ) {
    let configuration = command.configuration
    guard configuration.shouldDisplay, let name = configuration.commandName,
      let facts = parent.subcommands?.first(where: { $0.commandName == name })
    else { return }
    let whole = path + name
    page.subsection(whole)
    page.paragraph(facts.abstract ?? "")
    if let usage = configuration.usage { page.verbatim(usage.split(separator: "\n")) }
    page.add(Discussion(facts.discussion ?? "").parts.filter { $0.heading == nil })
    for argument in facts.arguments ?? [] where !argument.isCommon { page.add(argument) }
    for part in Discussion(facts.discussion ?? "").parts where part.heading != nil {
      page.paragraph("\((part.heading ?? "").capitalizedFirst):")
      page.add([part])
    }
    for command in configuration.subcommands { add(command, in: facts, to: &page, path: whole + " ") }
  }

  private static func addKeys(to page: inout Roff) {
    page.section("KEYS")
    page.paragraph(
      "Of the console. Others are set in keys.toml, by the names in parentheses, which are also what `:` takes.")
    for group in KeyBinding.Group.allCases {
      page.subsection(group.rawValue)
      for binding in KeyTable.standard.bindings where binding.group == group {
        page.item(binding.keys.map(\.name).joined(separator: "  "), "\(binding.help) (\(binding.action.rawValue)).")
      }
    }
  }

  private static func addEnvironment(to page: inout Roff) {
    page.section("ENVIRONMENT")
    page.paragraph(
      "Flags come before the environment, the environment before the config file, in which the names below are written "
        + "small and without PIXELATER_.")
    for key in SettingKey.allCases {
      page.item(key.variables.joined(separator: ", "), key.summary.capitalizedFirst + ".")
    }
    page.item("PIXELATER_CONFIG", "The config file.")
    page.item("NO_COLOR", "If it is set and not empty, nothing is coloured.")
    page.item("TERM, COLORTERM", "What the terminal is, and how many colours it shows.")
    page.item(
      "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...", "Credentials, as AWS's own tools take them from the environment."
    )
    page.item(
      "XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_CACHE_HOME, XDG_DATA_HOME, XDG_DATA_DIRS", "Where files are kept.")
  }

  private static func addFiles(to page: inout Roff) {
    page.section("FILES")
    let paths = Paths(environment: ["HOME": "/"])
    func place(_ path: String) -> String { "~" + path }
    page.item(place(paths.configFile), "Settings.")
    page.item(place(paths.keysFile), "Keys of the console.")
    page.item(place(paths.config + "/themes/"), "Themes of one's own; `theme check` tells what is wrong with one.")
    page.item(place(paths.logFile), "What the console had to say that has no place on the screen.")
    page.item(place(paths.demo), "The workspace of `demo`.")
    page.item("/usr/local/share/pixelater/themes/", "Themes of the installation.")
  }
}

/// A command's longer text: paragraphs, and parts under a heading in capitals.
private struct Discussion {
  struct Part {
    var heading: String?
    var lines: [Substring] = []
  }

  private(set) var parts = [Part()]

  init(_ text: String) {
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let isHeading = line.count > 2 && line.allSatisfy { $0.isUppercase || $0 == " " } && line.first != " "
      if isHeading {
        parts.append(Part(heading: String(line)))
      } else {
        parts[parts.count - 1].lines.append(line)
      }
    }
  }
}

extension Roff {
  /// Indented lines stay as they are; others are filled.
  fileprivate mutating func add(_ parts: [Discussion.Part]) {
    for part in parts {
      for block in part.lines.split(whereSeparator: \.isEmpty) {
        if block.allSatisfy({ $0.hasPrefix("  ") }) {
          verbatim(block.map { $0.dropFirst(2) })
        } else {
          paragraph(block.joined(separator: " "))
        }
      }
    }
  }

  fileprivate mutating func add(_ argument: ParserFacts.Argument) {
    guard argument.shouldDisplay, argument.names?.contains(where: { $0.name == "help" || $0.name == "version" }) != true
    else { return }
    let value = argument.valueName.map { "<\($0)>" } ?? ""
    let names = (argument.names ?? []).map(\.text).joined(separator: ", ")
    var term = argument.kind == "positional" ? value : argument.kind == "option" ? names + " " + value : names
    if argument.isRepeating { term += " ..." }
    var words = argument.abstract ?? ""
    if let values = argument.allValues, !values.isEmpty { words += " One of \(values.joined(separator: ", "))." }
    if let standard = argument.defaultValue, argument.kind != "flag" { words += " Default: \(standard)." }
    item(term, words.trimmed)
  }
}

extension StringProtocol {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst().lowercasedIfShouted }
  /// A heading in capitals reads as a word.
  fileprivate var lowercasedIfShouted: String { contains(where: \.isLowercase) ? String(self) : lowercased() }
  fileprivate var trimmed: String { String(drop { $0 == " " }) }

  fileprivate func drop(suffix: String) -> String { hasSuffix(suffix) ? String(dropLast(suffix.count)) : String(self) }
}
