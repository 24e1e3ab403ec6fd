/// Why there can be no full-screen console here.
package enum TerminalError: Error, Hashable, Sendable {
  /// Standard input or output is not a terminal.
  case notATerminal
  /// `TERM` is unset or empty.
  case typeUnset
  /// `TERM` names a terminal that this system has no description of.
  case typeUnknown(String)
  /// `TERM` names a terminal that cannot move its cursor, such as `dumb`.
  case typeTooPlain(String)
  /// ncurses refused every description of the terminal that was tried.
  case refused(String)
  /// The system gave no pipe (out of descriptors); the value is `errno`.
  case noPipe(Int32)
}
