internal import Dispatch
internal import Synchronization

extension PixelEngine {
  /// Decodes the parts of a large JPEG on several threads, if it has restart markers to cut it at.
  ///
  /// - Parameters:
  ///   - deadline: when time is up.
  ///   - isCancelled: asked on the caller's thread.
  ///   - makeFilter: called between header and pixels, when the limits have been checked.
  /// - Returns: nil if the picture is not one for several threads, or if anything is wrong with it: then it has to be
  ///   decoded by one, which says what that is.
  /// - Throws: `cancelled`, or `tooLarge` when time is up.
  func decodeSideBySide(
    _ data: PictureData, lanes: Int, deadline: ContinuousClock.Instant,
    isCancelled: () -> Bool, into makeFilter: (PictureHeader) throws(PixelError) -> TriangleFilter
  ) throws(PixelError) -> (header: PictureHeader, sink: TriangleFilter)? {
    guard lanes > 1, data.count <= limits.fileBytes else { return nil }
    var cancelled = false
    func isOver() -> Bool {
      cancelled = cancelled || isCancelled()
      return cancelled
    }
    func poll() throws(PixelError) { try goOn(until: deadline, isCancelled: isOver) }
    return try data.withFile { file throws(PixelError) in
      guard let restart = RestartHeader(file), restart.width * restart.height >= fewestPixelsForLanes,
        let header = try? JPEGReader(file, reduction: .none, maximumScans: 1).header,
        header.width == restart.width, header.height == restart.height, let batch = try? rowsAtATime(header),
        let parts = try PicturePart.all(of: data, file, header: restart, lanes: lanes, poll: poll)
      else { return nil }
      let filter = try makeFilter(header)
      // Besides what one reader and its sink take, there are the sums at both ends of a part.
      let memory = parts.count * header.rowBytes * (batch + 48 + 8) + filter.foldedBytes
      guard memory <= limits.memoryBytes else { return nil }
      let halt = Halt()
      let all = parts.map {
        Lane(part: $0, header: header, batch: batch, sink: .init(of: filter, firstRow: $0.rows.lowerBound), halt: halt)
      }
      let others = DispatchGroup()
      for lane in all.dropFirst() {
        Self.queue.async(group: others) {
          lane.run { () throws(PixelError) in try goOn(until: deadline) { halt.isSet } }
        }
      }
      all[0].run { () throws(PixelError) in try goOn(until: deadline) { halt.isSet || isOver() } }
      while others.wait(timeout: .now() + .milliseconds(20)) == .timedOut {
        if isOver() { halt.set() }
      }
      try poll()
      guard all.allSatisfy(\.isDone) else { return nil }
      for lane in all { filter.append(lane.sink) }
      return (header, filter)
    }
  }

  /// Threads beside those that tasks share.
  private static let queue = DispatchQueue(label: "pixelater.lanes", attributes: .concurrent)
}

/// Says to all threads that decode a picture that it is over.
private final class Halt: Sendable {
  private let flag = Atomic(false)

  var isSet: Bool { flag.load(ordering: .relaxed) }
  func set() { flag.store(true, ordering: .relaxed) }
}

/// One part being decoded.
///
/// Unchecked: one thread runs it, and who started that looks at it only after waiting for its end.
private final class Lane: @unchecked Sendable {
  private(set) var sink: TriangleFilter.Part
  private(set) var isDone = false
  private let part: PicturePart
  private let header: PictureHeader
  private let batch: Int
  private let halt: Halt

  init(part: PicturePart, header: PictureHeader, batch: Int, sink: TriangleFilter.Part, halt: Halt) {
    self.part = part
    self.header = header
    self.batch = batch
    self.sink = sink
    self.halt = halt
  }

  /// Decodes the part, and if that fails, stops all others.
  func run(poll: () throws(PixelError) -> Void) {
    do throws(PixelError) {
      try part.decode(as: header, batch: batch, into: &sink, poll: poll)
      isDone = true
    } catch {
      halt.set()
    }
  }
}
