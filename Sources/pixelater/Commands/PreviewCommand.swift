import ArgumentParser
import Console
import ObjectStore
import Pipeline
import PixelEngine
import Settings

struct PreviewCommand: BackgroundCommand {
  static let configuration = CommandConfiguration(
    commandName: "preview",
    abstract: "Shows a picture's renditions as blocks of colour.",
    usage: "pixelater preview <key|file> [<options>]",
    discussion: """
      Stored renditions are shown as they are stored; what is missing is computed. A file needs no locations: a name that
      begins with / or . is one, any other is looked for in the source first.

      EXAMPLES
        pixelater preview holiday/sun.png
        pixelater preview ./sun.png --size all
        pixelater preview sun.png --size 64 --colors truecolor > sun.ansi
      """)

  enum Size: ExpressibleByArgument, Sendable {
    case one(GridSize)
    case all

    init?(argument: String) {
      if argument == "all" {
        self = .all
      } else if let size = Int(argument).flatMap(GridSize.init(rawValue:)) {
        self = .one(size)
      } else {
        return nil
      }
    }

    static var allValueStrings: [String] { GridSize.allCases.map { String($0.side) } + ["all"] }
  }

  @Argument(help: ArgumentHelp("An object of the source, or a file.", valueName: "key|file"), completion: .file())
  var name: String

  @Option(help: "Which rendition (default: the largest that fits).")
  var size: Size?

  @Option(help: "Colours to use (default: what the terminal shows).")
  var colors: ColorDepth?

  @OptionGroup(title: "Common options") var common: CommonOptions

  func work(_ session: Session) async throws(CommandFailure) -> ExitStatus {
    let printer = PicturePrinter(session, depth: colors)
    let sizes: [GridSize] =
      switch size {
      case .all: GridSize.allCases
      case .one(let size): [size]
      case nil: [printer.largestSize]
      }
    let rasters = try await rasters(of: sizes, session)
    for (index, size) in sizes.enumerated() {
      guard let raster = rasters[size] else { continue }
      if sizes.count > 1 {
        if index > 0 { session.output.line("") }
        session.output.line("\(size.side)x\(size.side)")
      }
      printer.print(raster)
    }
    return .success
  }

  private func rasters(of sizes: [GridSize], _ session: Session) async throws(CommandFailure) -> [GridSize: Raster] {
    do throws(Failure) {
      if let preview = try await stored(sizes, session) { return preview }
      if LocalFile.isFolder(name) {
        throw Failure(code: .notFound, message: "This is a folder; name a picture in it.", stage: .read)
      }
      guard LocalFile.isThere(name) else {
        throw Failure(
          code: .notFound, message: "There is no such object in the source, and no such file.", stage: .read)
      }
      return try computed(try LocalFile.picture(name, limit: session.settings.limits.fileBytes), sizes, session)
    } catch {
      throw CommandFailure(.someFailed, "\(name): \(error.code.rawValue): \(error.message)")
    }
  }

  /// What the locations hold, nil where the name is no object of theirs.
  private func stored(_ sizes: [GridSize], _ session: Session) async throws(Failure) -> [GridSize: Raster]? {
    if ["/", "./", "../", "~/"].contains(where: name.hasPrefix) { return nil }
    guard let key = ObjectKey(name), session.settings[.source] != nil else { return nil }
    // A location that cannot be opened is no reason not to show a file.
    guard let source = try? session.locations.open(.source, for: .reading), let sourceKey = source.storeKey(name) else {
      return nil
    }
    guard (try? await source.store.head(sourceKey)) != nil else { return nil }
    if session.settings[.destination] != nil, let workspace = try? session.locations.workspace(.planning) {
      let preview = try await PreviewReader(workspace: workspace, engine: session.engine).preview(of: key, sizes: sizes)
      return preview.tiles.mapValues(\.raster)
    }
    let bytes: [UInt8]
    do throws(StoreError) {
      bytes = try await source.store.read(sourceKey, limit: session.settings.limits.fileBytes).bytes
    } catch {
      throw Failure(error, stage: .read)
    }
    return try computed(PictureData(bytes), sizes, session)
  }

  private func computed(
    _ picture: PictureData, _ sizes: [GridSize], _ session: Session
  ) throws(Failure) -> [GridSize: Raster] {
    do throws(PixelError) {
      let image = try session.engine.pixelate(
        picture, sizes: sizes, lanes: session.runOptions.decoders, isCancelled: { Task.isCancelled })
      return Dictionary(uniqueKeysWithValues: image.grids.map { ($0.size, $0.raster) })
    } catch {
      throw Failure(error)
    }
  }
}

extension ColorDepth: ExpressibleByArgument {}
