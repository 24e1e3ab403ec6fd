import FoundationEssentials
import Glibc
import Pipeline
import PixelEngine

/// Files of this machine that no store holds.
enum LocalFile {
  /// The last part of a path.
  static func name(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  static func isFolder(_ path: String) -> Bool { mode(path).map { $0 & S_IFMT == S_IFDIR } ?? false }

  static func isThere(_ path: String) -> Bool { mode(path) != nil }

  private static func mode(_ path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode : nil
  }

  /// Makes a folder and those above it.
  ///
  /// - Returns: whether it is there now.
  static func makeFolders(_ path: String) -> Bool {
    (try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)) != nil
  }

  /// A file's bytes.
  ///
  /// - Parameter limit: most bytes to take; a longer file is refused without being read further.
  static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(errno, .read) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(errno, .read) }
      if count == 0 { return bytes }
      guard bytes.count + count <= limit else {
        throw tooLarge(limit)
      }
      bytes.append(contentsOf: chunk[..<count])
    }
  }

  /// A file as a picture: a regular file that is not small is read while it is decoded, and never in memory as a whole.
  ///
  /// - Parameter limit: as for `read`.
  static func picture(_ path: String, limit: Int) throws(Failure) -> PictureData {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(errno, .read) }
    let file = OpenFile(adopting: descriptor)
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(errno, .read) }
    let isFile = status.st_mode & S_IFMT == S_IFREG
    if isFile, status.st_size > limit { throw tooLarge(limit) }
    guard isFile, status.st_size > SourcePicture.memoryBytes else {
      return PictureData(try read(path, limit: limit))
    }
    return file.picture(count: Int(status.st_size))
  }

  /// Writes a file so that it is there whole or not at all, and stays: a file under another name first, then renamed.
  static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    // Short: the name itself may be as long as the system lets it be.
    let temporary = "\(folder)/.pixelater-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(errno, .write) }
    var problem = bytes.withUnsafeBytes { put($0, to: descriptor) }
    if problem == 0, fsync(descriptor) != 0 { problem = errno }
    if close(descriptor) != 0, problem == 0 { problem = errno }
    if problem == 0, rename(temporary, path) != 0 { problem = errno }
    guard problem == 0 else {
      unlink(temporary)
      throw failure(problem, .write)
    }
    let parent = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if parent >= 0 {
      fsync(parent)
      close(parent)
    }
  }

  /// Writes all bytes where a file stands open.
  ///
  /// - Returns: 0, or the `errno` of what failed.
  static func put(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count >= 0 { rest = rest.dropFirst(count) } else if errno != EINTR { return errno }
    }
    return 0
  }

  private static func tooLarge(_ limit: Int) -> Failure {
    Failure(
      code: .tooLarge, message: "The file is larger than the limit of \(limit) bytes, which can be raised.",
      stage: .read)
  }

  private static func failure(_ number: Int32, _ stage: Failure.Stage) -> Failure {
    let code: FailureCode =
      switch number {
      case ENOENT, ENOTDIR: .notFound
      case EACCES, EPERM, EROFS: .accessDenied
      default: .unavailable
      }
    let verb = stage == .read ? "read" : "written"
    return Failure(
      code: code, message: "The file cannot be \(verb): \(String(cString: strerror(number))).", stage: stage)
  }
}
