import ArgumentParser
import ObjectStore
import Pipeline
import Settings

struct ListCommand: BackgroundCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls",
    abstract: "Lists the objects of the source or the destination.",
    usage: "pixelater ls source|destination [<prefix>] [<options>]",
    discussion: """
      EXAMPLES
        pixelater ls source
        pixelater ls destination pixelated-64x64-holiday/
      """)

  enum Place: String, ExpressibleByArgument, CaseIterable, Sendable {
    case source
    case destination
  }

  @Argument(help: "Which of the two to list.")
  var place: Place

  @Argument(help: "Only keys that start with this.")
  var prefix = ""

  @Flag(help: "One JSON object a line.")
  var json = false

  @OptionGroup(title: "Common options") var common: CommonOptions

  func work(_ session: Session) async throws(CommandFailure) -> ExitStatus {
    let opened = try session.location(place == .source ? .source : .destination)
    do throws(StoreError) {
      for try await page in opened.store.list(ListRequest(prefix: opened.location.prefix + prefix)) {
        for var object in page.objects {
          guard let key = opened.relativeKey(object.key) else { continue }
          object.key = key
          if json { session.output.line(object.json) } else { session.output.line(session.text.listing(object)) }
        }
        session.output.flush()
        if session.output.isBroken { break }
      }
    } catch {
      throw CommandFailure(error, about: opened.location.description)
    }
    return .success
  }
}
