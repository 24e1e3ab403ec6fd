package import Pipeline
import PixelEngine

/// How a state is shown: glyph, letter, word and slot. Any of the first three tells it without colour.
package struct StateLook: Hashable {
  let state: ObjectState

  package init(_ state: ObjectState) {
    self.state = state
  }

  package func glyph(unicode: Bool) -> String {
    switch state {
    case .complete: unicode ? "●" : "#"
    case .partial: unicode ? "◐" : "%"
    case .pending: unicode ? "○" : "."
    case .stale: "~"
    case .failed: "!"
    case .unsupported: "-"
    case .running: unicode ? "▶" : ">"
    case .queued: unicode ? "◌" : ":"
    }
  }

  var letter: String {
    switch state {
    case .complete: "C"
    case .partial: "P"
    case .pending: "N"
    case .stale: "S"
    case .failed: "F"
    case .unsupported: "U"
    case .running: "R"
    case .queued: "Q"
    }
  }

  var word: String { state.rawValue }

  var slot: Slot {
    switch state {
    case .complete: .stateComplete
    case .partial: .statePartial
    case .pending: .stateMissing
    case .stale: .stateStale
    case .failed: .stateFailed
    case .unsupported: .stateIgnored
    case .running: .stateRunning
    case .queued: .stateQueued
    }
  }
}

/// How one rendition is shown in the five-slot cell.
struct SlotLook: Hashable {
  private enum Kind {
    case present, missing, stale, bad, pending
  }

  private let kind: Kind

  init(_ rendition: RenditionState, of record: RowRecord, size: GridSize) {
    if rendition != .missing, record.isFaulty(size) {
      kind = .bad
      return
    }
    switch rendition {
    case .present: kind = .present
    case .stale: kind = .stale
    case .missing:
      switch record.shownState {
      case .failed: kind = .bad
      case .running, .queued: kind = .pending
      default: kind = .missing
      }
    }
  }

  func glyph(unicode: Bool) -> String {
    switch kind {
    case .present: unicode ? "■" : "#"
    case .missing: unicode ? "·" : "."
    case .stale: "~"
    case .bad: unicode ? "×" : "!"
    case .pending: unicode ? "▪" : ":"
    }
  }

  var slot: Slot {
    switch kind {
    case .present: .slotPresent
    case .missing: .slotMissing
    case .stale: .slotStale
    case .bad: .slotBad
    case .pending: .slotPending
    }
  }
}
