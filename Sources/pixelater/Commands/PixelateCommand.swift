import ArgumentParser
import Console
import Pipeline
import PixelEngine
import Settings

struct PixelateCommand: BackgroundCommand {
  static let configuration = CommandConfiguration(
    commandName: "pixelate",
    abstract: "Pixelates files into a folder; no bucket is involved.",
    usage: "pixelater pixelate <file> ... --output <dir> [<options>]",
    discussion: """
      Writes pixelated-{N}x{N}-NAME for each size, each file whole or not at all.

      EXAMPLES
        pixelater pixelate sun.png --output out
        pixelater pixelate *.jpg --output out --sizes 8,16 --form grid
      """)

  @Argument(help: "Pictures, PNG or JPEG.", completion: .file())
  var files: [String]

  @Option(
    help: ArgumentHelp("Folder to write to; it is made if it is not there.", valueName: "dir"), completion: .directory)
  var output: String

  @Option(help: ArgumentHelp("Sizes to make (default: all five).", valueName: "8,16"))
  var sizes: String?

  @Option(help: "What is written: mosaic (the picture's size) or grid (N x N pixels).")
  var form: RenditionForm?

  @Flag(help: "One JSON object a line.")
  var json = false

  @OptionGroup(title: "Common options") var common: CommonOptions

  var flags: [SettingKey: String] { form.map { [.form: $0.rawValue] } ?? [:] }

  func validate() throws { _ = try gridSizes() }

  private func gridSizes() throws(ValidationError) -> [GridSize] {
    guard let sizes else { return GridSize.allCases }
    var result: Set<GridSize> = []
    for word in sizes.split(separator: ",") {
      guard let size = Int(word.trimmingPrefix(" ")).flatMap(GridSize.init(rawValue:)) else {
        throw ValidationError("'\(word)' is no size; the sizes are \(GridSize.list)")
      }
      result.insert(size)
    }
    guard !result.isEmpty else { throw ValidationError("--sizes names no size; the sizes are \(GridSize.list)") }
    return result.sorted()
  }

  func work(_ session: Session) async throws(CommandFailure) -> ExitStatus {
    try session.requireWritable()
    let sizes = (try? gridSizes()) ?? GridSize.allCases
    guard LocalFile.makeFolders(output) else {
      throw CommandFailure(
        .unreachable,
        LocalFile.isThere(output)
          ? "\(output): this is a file; give a folder to write to"
          : "\(output): the folder cannot be made; check the path, and the right to write where it begins")
    }
    var report = RunReport(session: session, json: json, showsSkipped: true, named: true)
    var names: Set<String> = []
    for file in files {
      if Task.isCancelled { break }
      let start = ContinuousClock.now
      let outcome: JobOutcome
      do throws(Failure) {
        guard names.insert(LocalFile.name(of: file)).inserted else {
          throw Failure(
            code: .internal, message: "A file of the same name was given before; write this one to another folder.",
            stage: .write)
        }
        outcome = .written(renditions: try pixelate(file, sizes: sizes, session: session))
      } catch {
        if Task.isCancelled { break }
        outcome = .failed(error)
      }
      report.add(named: file, outcome, milliseconds: Int((ContinuousClock.now - start) / .milliseconds(1)))
    }
    report.end()
    return report.summary.failed > 0 ? .someFailed : .success
  }

  private func pixelate(_ file: String, sizes: [GridSize], session: Session) throws(Failure) -> Int {
    let engine = session.engine
    let picture = try LocalFile.picture(file, limit: engine.limits.fileBytes)
    let lanes = session.runOptions.decoders
    let image: PixelatedImage
    let renditions: [[UInt8]]
    do throws(PixelError) {
      image = try engine.pixelate(picture, sizes: sizes, lanes: lanes, isCancelled: { Task.isCancelled })
      renditions = try engine.encodeAll(of: image, form: session.runOptions.form, lanes: lanes)
    } catch {
      throw Failure(error)
    }
    for (grid, bytes) in zip(image.grids, renditions) {
      let name = session.settings.naming.prefix(for: grid.size) + LocalFile.name(of: file)
      try LocalFile.write(bytes, to: output + "/" + name)
    }
    return renditions.count
  }
}

extension GridSize {
  /// `8, 16, 32, 48, 64`.
  static var list: String { allCases.map { String($0.side) }.joined(separator: ", ") }
}
