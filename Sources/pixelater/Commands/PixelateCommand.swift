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
    let options = session.runOptions
    let work = FileWork(
      maker: RenditionMaker(engine: session.engine, options: options), sizes: sizes,
      limit: session.engine.limits.fileBytes, naming: session.settings.naming, folder: output)
    await distinctFiles().sideBySide(min(options.decoders, options.jobs)) {
      await work.outcome(of: $0)
    } take: { done in
      if case .cancelled = done.outcome { return }
      report.add(named: done.file, done.outcome, milliseconds: done.milliseconds)
    }
    report.end()
    return report.summary.failed > 0 ? .someFailed : .success
  }

  private func distinctFiles() -> [FileWork.File] {
    var names: Set<String> = []
    return files.map { FileWork.File(path: $0, isFirst: names.insert(LocalFile.name(of: $0)).inserted) }
  }
}

/// Pixelates files of this machine into a folder.
private struct FileWork: Sendable {
  struct File: Sendable {
    let path: String
    /// Whether no file before it has the same name, under which renditions would be written.
    let isFirst: Bool
  }

  struct Done: Sendable {
    let file: String
    let outcome: JobOutcome
    let milliseconds: Int
  }

  let maker: RenditionMaker
  let sizes: [GridSize]
  /// Most bytes of a file.
  let limit: Int
  let naming: RenditionNaming
  let folder: String

  func outcome(of file: File) async -> Done {
    let start = ContinuousClock.now
    let outcome: JobOutcome
    do throws(Failure) {
      outcome = .written(renditions: try await pixelate(file))
    } catch {
      outcome = Task.isCancelled ? .cancelled : .failed(error)
    }
    return Done(file: file.path, outcome: outcome, milliseconds: Int((ContinuousClock.now - start) / .milliseconds(1)))
  }

  private func pixelate(_ file: File) async throws(Failure) -> Int {
    guard file.isFirst else {
      throw Failure(
        code: .internal, message: "A file of the same name was given before; write this one to another folder.",
        stage: .write)
    }
    let picture = try LocalFile.picture(file.path, limit: limit)
    let renditions: [Rendition]
    do throws(PixelError) {
      renditions = try await maker.renditions(of: picture, sizes: sizes)
    } catch {
      throw Failure(error)
    }
    for rendition in renditions {
      let name = naming.prefix(for: rendition.size) + LocalFile.name(of: file.path)
      try LocalFile.write(rendition.bytes, to: folder + "/" + name)
    }
    return renditions.count
  }
}

extension GridSize {
  /// `8, 16, 32, 48, 64`.
  static var list: String { allCases.map { String($0.side) }.joined(separator: ", ") }
}
