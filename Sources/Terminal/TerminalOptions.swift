package import Console

/// What the person asked of the terminal, by flag, environment or configuration.
package struct TerminalOptions: Hashable, Sendable {
  /// Use exactly this depth, whatever the terminal says and whatever `color` is. Nil: find out.
  package var depth: ColorDepth?
  package var color: ColorChoice
  /// Whether clicks and the wheel are wanted where the terminal reports them.
  package var mouse: Bool
  /// Where standard error goes while the screen is up: a file, appended to. Nil: nowhere.
  package var errorLog: String?

  package init(
    depth: ColorDepth? = nil, color: ColorChoice = .auto, mouse: Bool = true, errorLog: String? = nil
  ) {
    self.depth = depth
    self.color = color
    self.mouse = mouse
    self.errorLog = errorLog
  }
}

/// The `--color` flag.
package enum ColorChoice: String, CaseIterable, Hashable, Sendable {
  /// Colour on a terminal, unless `NO_COLOR` is set.
  case auto
  /// Colour also where the output is no terminal, and despite `NO_COLOR`.
  case always
  case never
}
