import ArgumentParser

/// Lets the flags that every command takes stand before the command, too: `pixelater --source photos run --all`.
///
/// The parser gives whatever comes before a command's name to the command itself, which here is the console's. So they
/// are moved to the place behind the name, where a flag given again wins over them.
enum ArgumentOrder {
  /// - Parameter arguments: without the program's own name.
  static func commandFirst(_ arguments: [String], in root: any ParsableCommand.Type) -> [String] {
    let flags = arguments.prefix(leadingFlags(of: arguments))
    var rest = arguments.dropFirst(flags.count)
    guard !flags.isEmpty, let first = rest.first else { return arguments }
    // The parser's own command, which takes no flags.
    if first == "help" { return Array(rest) }
    var names: [String] = []
    var command: any ParsableCommand.Type = root
    while let name = rest.first, let next = command.configuration.subcommands.first(where: { $0.answers(to: name) }) {
      names.append(name)
      rest = rest.dropFirst()
      command = next
    }
    return names + flags + rest
  }

  /// The word that stands where a command should and is none; the parser would take it for an argument of the console.
  static func unknownCommand(_ arguments: [String], in root: any ParsableCommand.Type) -> String? {
    guard let word = arguments.dropFirst(leadingFlags(of: arguments)).first, !word.hasPrefix("-"), word != "help",
      !root.configuration.subcommands.contains(where: { $0.answers(to: word) })
    else { return nil }
    return word
  }

  /// How many arguments at the beginning are common flags and their values.
  private static func leadingFlags(of arguments: [String]) -> Int {
    var count = 0
    while count < arguments.count {
      let argument = arguments[count]
      let name = argument.prefix { $0 != "=" }
      if CommonOptions.switches.contains(argument) {
        count += 1
      } else if CommonOptions.valued.contains(String(name)) {
        count += name.endIndex == argument.endIndex ? 2 : 1
      } else {
        break
      }
    }
    return min(count, arguments.count)
  }
}

extension ParsableCommand {
  fileprivate static func answers(to name: String) -> Bool {
    configuration.commandName == name || configuration.aliases.contains(name)
  }
}
