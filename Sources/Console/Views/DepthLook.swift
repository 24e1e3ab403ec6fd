import FoundationEssentials
import Pipeline

/// How the depth of the queues is shown in the header.
enum DepthLook {
  struct Part: Hashable {
    var text: String
    var slot: Slot
  }

  /// `queue 12, 3 in flight` and `2 dead, oldest 3h`, or in short `queue 12+3` and `2 dead 3h`.
  ///
  /// - Parameter oldest: when the oldest known letter came, in seconds since 1970: queues do not tell.
  static func parts(_ depth: EventDepth, oldest: Double?, now: Double, isLong: Bool) -> [Part] {
    var parts: [Part] = []
    switch depth.queue {
    case .success(let status)?:
      let waiting = Format.grouped(status.waiting + status.delayed)
      let inFlight = status.inFlight > 0 ? Format.grouped(status.inFlight) : nil
      let more = inFlight.map { isLong ? ", \($0) in flight" : "+\($0)" } ?? ""
      parts.append(Part(text: "queue \(waiting)\(more)", slot: status.waiting + status.inFlight > 0 ? .info : .textDim))
    case .failure?: parts.append(Part(text: isLong ? "queue does not answer" : "queue ?", slot: .error))
    case nil: break
    }
    if let dead = depth.dead {
      var text = "\(Format.grouped(dead.letters))\(dead.isAtLeast ? "+" : "") dead"
      // Of a bucket it is told; of a queue, the letters that were looked at tell it.
      let times = [dead.oldest?.timeIntervalSince1970, oldest].compactMap(\.self)
      if dead.letters > 0, let first = times.min() {
        text += (isLong ? ", oldest " : " ") + Format.age(now - first)
      }
      parts.append(Part(text: text, slot: dead.letters > 0 ? .stateFailed : .textDim))
    } else if !depth.letters.isEmpty {
      parts.append(Part(text: isLong ? "dead letters unknown" : "? dead", slot: .error))
    }
    return parts
  }
}
