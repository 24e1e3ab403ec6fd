import Glibc
package import PixelEngine

/// An open file of this machine, read in windows by whoever decodes the picture in it.
package final class OpenFile: Sendable {
  private let descriptor: Int32

  /// - Parameter descriptor: open for reading; closed when the file is no longer used.
  package init(adopting descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// The file as a picture of `count` bytes.
  package func picture(count: Int) -> PictureData {
    PictureData(count: count) { offset, target in self.read(at: offset, to: target) }
  }

  private func read(at offset: Int, to target: UnsafeMutableRawBufferPointer) -> Int? {
    while true {
      let count = pread(descriptor, target.baseAddress, target.count, off_t(offset))
      if count >= 0 { return count }
      if errno != EINTR { return nil }
    }
  }
}

/// A file without a name, for content that is too large to be kept in memory. It is in `TMPDIR`, or in `/tmp`, and gone
/// with the last who uses it, however the process ends.
final class SpoolFile {
  private let descriptor: Int32
  private let file: OpenFile
  private(set) var count = 0

  init() throws(FileFault) {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    let pattern = (folder.isEmpty ? "/tmp" : folder) + "/.pixelater-XXXXXX"
    var name = Array(pattern.utf8CString)
    descriptor = mkstemp(&name)
    guard descriptor >= 0 else { throw FileFault(.write, pattern) }
    unlink(&name)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    file = OpenFile(adopting: descriptor)
  }

  func append(_ bytes: [UInt8]) throws(FileFault) {
    var written = 0
    while written < bytes.count {
      let got = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress.map { $0 + written }, bytes.count - written) }
      if got > 0 { written += got } else if got == 0 || errno != EINTR { throw FileFault(.write, "") }
    }
    count += written
  }

  /// What was written, as a picture.
  var picture: PictureData { file.picture(count: count) }
}
