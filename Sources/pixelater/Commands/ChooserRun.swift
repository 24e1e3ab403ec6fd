import AWS
import Console
import Glibc
import ObjectStore
import Pipeline
import Settings
import Terminal

/// Lets the person choose both locations among the buckets of their credentials.
struct ChooserRun {
  let session: Session
  let account: any BucketCatalog

  /// - Returns: nil where they left without.
  func choose() throws(CommandFailure) -> ChosenLocations? {
    let settings = session.settings
    let themes = ThemeFolders(settings.paths).library
    var chooser: ChooserSession?
    do throws(TerminalError) {
      _ = try Terminal.run(
        options: TerminalOptions(color: settings.color.forTerminal, mouse: settings.takesMouse, errorLog: nil)
      ) { capabilities, size, post -> ChooserSession in
        let made = ChooserSession(
          setup: ChooserSetup(
            account: accountName, source: settings[.source], destination: settings[.destination], zone: zone,
            paths: LocalPath(workingDirectory: ProcessEnvironment.workingDirectory, home: settings.paths.home),
            capabilities: capabilities, theme: themes[settings.theme] ?? .standard),
          size: size, catalog: account, post: post)
        chooser = made
        return made
      }
    } catch {
      throw CommandFailure(error)
    }
    return chooser?.chosen
  }

  /// Whose buckets they are, in a few words.
  private var accountName: String {
    guard let access = try? session.locations.buckets.access(for: nil) else { return "" }
    let place = access.endpoint.override ?? (access.isRegionSet ? access.region : "AWS")
    return "profile \(access.configuration.profileName), \(place)"
  }

  private var zone: Int {
    var now = time(nil)
    var local = tm()
    localtime_r(&now, &local)
    return Int(local.tm_gmtoff)
  }
}
