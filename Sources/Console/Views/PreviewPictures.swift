import ObjectStore
import Pipeline
import PixelEngine

// The pictures of a preview: one size with what stands beside it, or all of them on a sheet.

extension Canvas {
  mutating func drawOne(_ state: ConsoleState, _ row: StatusRow, in rect: ScreenRect) {
    let size = state.preview.size
    let id = state.previewID(row, .rendition(size))
    let name = "\(size.side)\(unicode ? "×" : "x")\(size.side)"
    var place = rect
    var other: ScreenRect?
    if state.preview.showsDifference {
      (place, other) = Self.halves(of: rect, sideBySide: state.isZoomed)
    } else if state.showsOriginal(in: state.previewRect ?? rect) {
      (place, other) = Self.beside(size.side, in: rect, sideBySide: state.isZoomed)
    }
    drawPicture(state, id, in: place, name: name)
    if let other {
      if state.preview.showsDifference {
        drawDifference(state, row, in: other)
      } else {
        drawPicture(state, state.previewID(row, .original), in: other, name: "original")
      }
    }
  }

  /// One grid as large as it goes, the original in what is left beside or below it.
  private static func beside(_ side: Int, in rect: ScreenRect, sideBySide: Bool) -> (ScreenRect, ScreenRect) {
    var place = rect
    if sideBySide {
      let scale = PictureScale.fitting(
        width: side, height: side, maxWidth: max(side, rect.columns * 3 / 5), maxHeight: (rect.rows - 1) * 2)
      place.columns = scale.applied(to: side)
      return (
        place,
        ScreenRect(
          column: rect.column + place.columns + 3, row: rect.row, columns: rect.columns - place.columns - 3,
          rows: rect.rows)
      )
    }
    let most = max((side + 1) / 2, rect.rows / 2 - 1)
    let scale = PictureScale.fitting(width: side, height: side, maxWidth: rect.columns, maxHeight: most * 2)
    place.rows = (scale.applied(to: side) + 1) / 2 + 1
    return (
      place,
      ScreenRect(
        column: rect.column, row: rect.row + place.rows + 1, columns: rect.columns, rows: rect.rows - place.rows - 1)
    )
  }

  private static func halves(of rect: ScreenRect, sideBySide: Bool) -> (ScreenRect, ScreenRect) {
    var (first, second) = (rect, rect)
    if sideBySide {
      first.columns = (rect.columns - 2) / 2
      second.columns = first.columns
      second.column += first.columns + 2
    } else {
      first.rows = rect.rows / 2
      second.rows = first.rows
      second.row += first.rows
    }
    return (first, second)
  }

  /// A picture under its caption.
  mutating func drawPicture(_ state: ConsoleState, _ id: PreviewID, in rect: ScreenRect, name: String) {
    guard let picture = loaded(state, id, in: rect, name: name) else { return }
    let dot = unicode ? " · " : " - "
    let cells = cells(of: picture.raster, state, id.subject, in: rect)
    // The fullest caption that fits; a star alone where there is no room for the word.
    let isComputed = !picture.isStored && id.subject != .original
    let stored = isComputed ? dot + "computed, not stored" : id.subject == .original ? "" : dot + "stored"
    let captions = [
      name + dot + cells.scale.label + stored, name + dot + cells.scale.label + (isComputed ? dot + "computed" : ""),
      name + (isComputed ? dot + "computed" : ""), name + (isComputed ? "*" : ""),
    ]
    draw(
      cells, caption: captions.first { $0.count <= rect.columns } ?? name,
      slot: isComputed ? .warning : .previewCaption, in: rect)
  }

  /// What the stored rendition would be if it were made now, faint where it is that already.
  private mutating func drawDifference(_ state: ConsoleState, _ row: StatusRow, in rect: ScreenRect) {
    let size = state.preview.size
    let fresh = state.previewID(row, .recomputed(size))
    guard let new = loaded(state, fresh, in: rect, name: "made now"),
      case .success(let old)? = state.preview.pictures[state.previewID(row, .rendition(size))]
    else { return }
    guard let difference = RasterDifference(old.raster, new.raster, depth: state.setup.capabilities.depth) else {
      return
    }
    let caption: String
    if !old.isStored {
      caption = "made now: nothing is stored"
    } else if difference.changed == 0 {
      caption = "made now: the same"
    } else {
      caption =
        "made now: \(Format.grouped(difference.changed)) of \(Format.grouped(difference.total)) cells differ, "
        + "by \(difference.greatest) at most"
    }
    let isSame = difference.changed == 0 || !old.isStored
    draw(
      cells(of: old.isStored ? difference.map : new.raster, state, fresh.subject, in: rect), caption: caption,
      slot: isSame ? .previewCaption : .diffChanged, in: rect)
  }

  /// The picture, if it is there; else its caption says what keeps it.
  private mutating func loaded(_ state: ConsoleState, _ id: PreviewID, in rect: ScreenRect, name: String)
    -> PreviewPicture?
  {
    let dot = unicode ? " · " : " - "
    guard rect.rows >= 2 else { return nil }
    switch state.preview.pictures[id] {
    case nil:
      let loading = unicode ? "loading…" : "loading..."
      put(name + dot + loading, rect.column, rect.row, .previewCaption, within: rect.columns)
      return nil
    case .failure(let failure)?:
      put("\(name)\(dot)\(failure.code.rawValue)", rect.column, rect.row, .error, within: rect.columns)
      let lines = DisplayText(failure.message, unicode: unicode).wrappedAtWords(to: rect.columns)
      for (i, line) in lines.prefix(rect.rows - 1).enumerated() { put(line, rect.column, rect.row + 1 + i, .text) }
      return nil
    case .success(let picture)?: return picture
    }
  }

  private func cells(of raster: Raster, _ state: ConsoleState, _ subject: PreviewSubject, in rect: ScreenRect)
    -> PictureCells
  {
    PictureCells(
      raster, maxColumns: rect.columns, maxRows: rect.rows - 1, capabilities: state.setup.capabilities,
      ground: state.preview.showsCheckerboard ? .checkerboard : .terminal,
      window: subject.isMagnified ? state.preview.window : nil)
  }

  private mutating func draw(_ cells: PictureCells, caption: String, slot: Slot, in rect: ScreenRect) {
    put(caption, rect.column, rect.row, slot, within: rect.columns)
    let ground = styles[.background].background
    for row in 0..<cells.rows {
      for column in 0..<cells.columns {
        var cell = cells[column, row]
        // What is transparent shows the ground of the theme, which is the terminal's own unless it says otherwise.
        if cell.style.background == .standard { cell.style.background = ground }
        put(cell, rect.column + column, rect.row + 1 + row)
      }
    }
    addPicture(at: ScreenRect(column: rect.column, row: rect.row + 1, columns: cells.columns, rows: cells.rows))
  }

  // MARK: - Contact sheet

  /// All five and the original, as large as they go together: in columns, each filled from the top.
  mutating func drawSheet(_ state: ConsoleState, _ row: StatusRow, in rect: ScreenRect) {
    let subjects: [PreviewSubject] = GridSize.allCases.reversed().map { .rendition($0) } + [.original]
    var sheet: [ScreenRect] = []
    for scale in [8, 6, 4, 3, 2, 1].map(PictureScale.enlarged) + [2, 3, 4, 6, 8].map(PictureScale.reduced) {
      // The original makes room before the renditions do.
      if let fitting = [64, 48, 32].lazy.compactMap({ Self.pack(scale, original: $0, in: rect) }).first {
        sheet = fitting
        break
      }
    }
    let times = unicode ? "×" : "x"
    for (subject, place) in zip(subjects, sheet) {
      let name =
        switch subject {
        case .rendition(let size): "\(size.side)\(times)\(size.side)"
        case .recomputed, .original, .version: "original"
        }
      drawPicture(state, state.previewID(row, subject), in: place, name: name)
    }
  }

  private static func pack(_ scale: PictureScale, original: Int, in rect: ScreenRect) -> [ScreenRect]? {
    let sides = GridSize.allCases.reversed().map { scale.applied(to: $0.side) } + [scale.applied(to: original)]
    var places: [ScreenRect] = []
    var column = rect.column
    var row = rect.row
    var width = 0
    for side in sides {
      let rows = (side + 1) / 2 + 1
      let columns = max(side, 9)
      guard rows <= rect.rows else { return nil }
      if row + rows > rect.row + rect.rows {
        column += width + 2
        row = rect.row
        width = 0
      }
      guard column + columns <= rect.column + rect.columns else { return nil }
      places.append(ScreenRect(column: column, row: row, columns: columns, rows: rows))
      row += rows + 1
      width = max(width, columns)
    }
    return places
  }
}
