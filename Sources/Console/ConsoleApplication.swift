/// The console as its driver sees it: events go in, a screen comes out.
///
/// `Terminal` owns the loop: it feeds `handle` with what happens, carries out the `TerminalEffect`s it answers, and
/// draws `screen` when something changed. It is called from one thread only; everything slow runs elsewhere and comes
/// back through the `post` closure the application was made with.
package protocol ConsoleApplication: AnyObject {
  associatedtype Message: Sendable

  /// Once, before the first frame.
  func start() -> [TerminalEffect]
  func handle(_ input: InputEvent) -> [TerminalEffect]
  func resized(to size: ScreenSize) -> [TerminalEffect]
  /// A message that was posted from another thread.
  func receive(_ message: Message) -> [TerminalEffect]
  /// The screen as it is now.
  func screen() -> ScreenGrid
  /// The driver is about to leave: stop what runs in the background.
  func stop()
}
