@main
enum Pixelater {
  static func main() {}
}
