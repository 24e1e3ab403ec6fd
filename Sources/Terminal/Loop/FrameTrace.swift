/// Tells a test what the terminal has been sent, in the stream of bytes itself: where a test reads the number, it also
/// sees the screen that belongs to it. Off unless `PIXELATER_TRACE_FRAMES=1`.
///
/// After every turn of the loop the window title (OSC 2, which changes no cell) becomes
/// `pixelater frame=<draws> input=<events handled> size=<columns>x<rows>`; under tmux: `display-message -p '#{pane_title}'`.
/// A test sends keys and waits until `input` has grown by their number.
struct FrameTrace {
  private let isOn: Bool
  private var frames = 0
  private var inputs = 0

  init(isOn: Bool) { self.isOn = isOn }

  mutating func handled(_ events: Int) { inputs += events }
  mutating func drew() { frames += 1 }

  /// What to write after a turn; nil where nobody asked.
  func mark(columns: Int, rows: Int) -> String? {
    isOn ? "\u{1B}]2;pixelater frame=\(frames) input=\(inputs) size=\(columns)x\(rows)\u{7}" : nil
  }
}
