/// An effect that only the terminal driver can carry out.
package enum TerminalEffect: Hashable, Sendable {
  /// Leave the console; the process ends with this status.
  case quit(status: Int32)
  /// Ctrl-Z: give the terminal back and stop until resumed.
  case suspend
  /// Ctrl-L: paint every cell anew.
  case redraw
  case bell
  /// Put text on the clipboard (OSC 52, wrapped for tmux where needed).
  case copy(String)
  case setMouse(Bool)
}
