import PixelEngine

/// A part of a picture at a scale of its own.
package struct PreviewWindow: Hashable, Sendable {
  package var scale: PictureScale
  /// The first pixel shown, of the picture as `scale` reduces it.
  package var x = 0
  package var y = 0

  /// How many pixels of that there is room for.
  func room(maxColumns: Int, maxRows: Int, halves: Bool) -> (width: Int, height: Int) {
    let factor = if case .enlarged(let factor) = scale { factor } else { 1 }
    // Without half blocks a pixel is two columns wide.
    return (
      max(1, (halves ? maxColumns : maxColumns / 2) / factor), max(1, (halves ? maxRows * 2 : maxRows) / factor)
    )
  }

  /// How long a side of a grid is at this scale.
  func length(of side: Int) -> Int {
    if case .reduced(let factor) = scale { (side + factor - 1) / factor } else { side }
  }
}

extension ConsoleState {
  private static let scales: [PictureScale] = [8, 4, 2].map(PictureScale.reduced) + (1...16).map(PictureScale.enlarged)

  /// Where a picture of the zoomed preview goes, without its caption.
  private var zoomRoom: (columns: Int, rows: Int)? {
    guard isZoomed, let rect = previewRect else { return nil }
    let columns = preview.showsDifference ? (rect.columns - 2) / 2 : rect.columns
    return (columns, rect.rows - 2)
  }

  mutating func moveWindow(_ action: Action) {
    guard let room = zoomRoom else { return }
    let side = preview.size.side
    let fitting =
      unicode
      ? PictureScale.fitting(width: side, height: side, maxWidth: room.columns, maxHeight: room.rows * 2)
      : .fitting(width: side * 2, height: side, maxWidth: room.columns, maxHeight: room.rows)
    var window = preview.window ?? PreviewWindow(scale: fitting)
    let old = window.room(maxColumns: room.columns, maxRows: room.rows, halves: unicode)
    switch action {
    case .fit:
      preview.window = nil
      return
    case .magnify, .reduce:
      let place = Self.scales.firstIndex { $0.factor >= window.scale.factor } ?? 0
      let next = max(0, min(Self.scales.count - 1, place + (action == .magnify ? 1 : -1)))
      // What is in the middle stays there.
      let middle =
        (Double(window.x) + Double(min(old.width, window.length(of: side))) / 2) / Double(window.length(of: side))
      let centre =
        (Double(window.y) + Double(min(old.height, window.length(of: side))) / 2) / Double(window.length(of: side))
      window.scale = Self.scales[next]
      let new = window.room(maxColumns: room.columns, maxRows: room.rows, halves: unicode)
      window.x = Int(middle * Double(window.length(of: side))) - new.width / 2
      window.y = Int(centre * Double(window.length(of: side))) - new.height / 2
    case .panLeft: window.x -= max(1, old.width / 4)
    case .panRight: window.x += max(1, old.width / 4)
    case .panUp: window.y -= max(1, old.height / 4)
    case .panDown: window.y += max(1, old.height / 4)
    default: return
    }
    let shown = window.room(maxColumns: room.columns, maxRows: room.rows, halves: unicode)
    window.x = max(0, min(window.x, window.length(of: side) - shown.width))
    window.y = max(0, min(window.y, window.length(of: side) - shown.height))
    preview.window = window.scale == fitting ? nil : window
  }

  mutating func toggleDifference() {
    preview.showsDifference.toggle()
    if preview.showsDifference { preview.isSheet = false }
    preview.window = nil
  }
}

extension PictureScale {
  /// Pixels of the screen for a pixel of the picture.
  fileprivate var factor: Double {
    switch self {
    case .enlarged(let factor): Double(factor)
    case .reduced(let factor): 1 / Double(factor)
    }
  }
}
