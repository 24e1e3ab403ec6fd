import PixelEngine

struct PicturePrinter {
  init(_ session: Session) {}
  func print(_ raster: Raster) {}
}
