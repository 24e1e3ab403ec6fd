internal import CCurl
internal import Glibc

/// The body of a request, read by libcurl piece by piece.
struct Upload: ~Copyable {
  private let body: HTTPBody
  private var offset: Int64 = 0
  private let file: Int32
  /// Why the body could not be read to its end.
  private(set) var error: HTTPError?

  init(_ body: HTTPBody) throws(HTTPError) {
    self.body = body
    guard case .file(let path, _) = body else {
      file = -1
      return
    }
    file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .unreadableFile(path: path, code: errno) }
  }

  deinit {
    if file >= 0 { close(file) }
  }

  /// Fills `room`; 0 at the end, `CURL_READFUNC_ABORT` on failure.
  mutating func read(into room: UnsafeMutableRawBufferPointer) -> Int {
    let count = Int(min(Int64(room.count), body.count - offset))
    guard count > 0 else { return 0 }
    switch body {
    case .none: return 0
    case .bytes(let bytes):
      room.copyBytes(from: bytes[Int(offset)..<Int(offset) + count])
      offset += Int64(count)
      return count
    case .file(let path, let range):
      while true {
        let read = pread(file, room.baseAddress, count, off_t(range.lowerBound + offset))
        if read < 0, errno == EINTR { continue }
        guard read > 0 else {
          // Shorter than was said: it was changed meanwhile.
          error = .unreadableFile(path: path, code: read < 0 ? errno : ENODATA)
          return Int(CURL_READFUNC_ABORT)
        }
        offset += Int64(read)
        return read
      }
    }
  }

  /// Begins again from there: a connection that was kept had been closed by the server.
  mutating func seek(to offset: Int64) -> Bool {
    guard (0...body.count).contains(offset) else { return false }
    self.offset = offset
    return true
  }
}
