import ObjectStore
import Pipeline
import PixelEngine

// Holding stored renditions against their sources.

extension ConsoleState {
  mutating func beginVerification() -> [ConsoleEffect] {
    guard let selection else { return [] }
    return begin(.verify(selection), subject: words(for: selection), total: selection.rows.count)
  }

  /// Notes what was found wrong: in the log, and in the five-slot cells.
  mutating func take(_ verdicts: [ObjectVerdict]) {
    for verdict in verdicts {
      let name = DisplayText.plain(verdict.key.string, unicode: unicode)
      var faults: Set<GridSize> = []
      switch verdict.result {
      case .success(let results):
        for result in results {
          guard let fault = result.fault else { continue }
          faults.insert(result.size)
          let text = DisplayText.plain(fault.message, unicode: unicode)
          log.add(.error, "\(name) \(result.size.side)x\(result.size.side): \(fault.code): \(text)", at: now)
        }
        if faults.isEmpty {
          log.add(.success, "\(name): \(Format.count(results.count, "rendition")) verified", at: now)
        }
      case .failure(let failure):
        log.add(
          .error,
          "\(name): the source cannot be read, \(failure.code.rawValue): "
            + DisplayText.plain(failure.message, unicode: unicode), at: now)
      }
      if let id = table.id(of: verdict.key) { table.setFaults(faults, of: id) }
    }
  }
}
