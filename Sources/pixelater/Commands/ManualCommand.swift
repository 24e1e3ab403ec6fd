import ArgumentParser
import Console

/// For `make install` and the README: nobody has to know it.
struct ManualCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual",
    abstract: "Prints the manual page.",
    discussion: """
      EXAMPLES
        pixelater manual | man -l -
        pixelater manual --keys
      """,
    shouldDisplay: false)

  @Flag(help: "The table of keys alone, in Markdown.")
  var keys = false

  func run() throws {
    print(keys ? KeyTable.standard.markdown : try ManualPage().text, terminator: "")
  }
}
