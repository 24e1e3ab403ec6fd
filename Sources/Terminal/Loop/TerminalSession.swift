import CNcurses
import Console
import Glibc

/// The terminal while it is ours: opened in order, and given back in the opposite order, whatever happens.
///
/// Whatever ends the process, something says the farewell: `close`, the handler of crashes, or, where there is no time for
/// either, the guard, a second process that wakes when this one dies.
final class TerminalSession {
  let screen: CursesScreen
  let wakeup: Wakeup
  /// What was typed while the terminal was being asked.
  let typedAhead: [UInt8]
  let keys: KeySequences
  private let environment: [String: String]
  private let options: TerminalOptions
  private var keptError: Int32 = -1
  private var mouse: Bool

  init(options: TerminalOptions) throws(TerminalError) {
    self.options = options
    environment = .ofThisProcess
    guard isatty(0) != 0, isatty(1) != 0, cn_tty_save() != 0 else { throw .notATerminal }
    guard let term = environment["TERM"], !term.isEmpty else { throw .typeUnset }
    let facts = TerminalFacts.current(environment: environment)
    guard let entry = facts.entry else { throw .typeUnknown(term) }
    guard entry.cursorAddressing else { throw .typeTooPlain(term) }
    wakeup = try Wakeup()

    var detection = ColorDetection.detect(
      environment: environment, facts: facts, isTerminal: true, options: options)
    let answer = CapabilityQuery.ask(detection.questions)
    detection = detection.answered(answer)
    typedAhead = answer.typed
    // The terminal may show more than the locale said.
    if detection.capabilities.unicode, !ColorDetection.isUTF8(facts.codeset), cn_locale_set("C.UTF-8") == 0 {
      detection.capabilities.unicode = false
    }

    let description = try TerminalDescription(term: term, capabilities: detection.capabilities)
    keys = KeySequences(entry: description.entry)
    cn_signals_remember()
    let farewell = description.farewell
    cn_crash_arm(farewell, farewell.count)
    // Without one only SIGKILL would leave the terminal as it is.
    _ = cn_guard_start(farewell, farewell.count)
    cn_guard_hold(1)
    keptError = cn_stderr_divert(options.errorLog)
    do {
      screen = try CursesScreen(description: description)
    } catch {
      cn_stderr_restore(keptError)
      cn_crash_disarm()
      cn_tty_restore()
      cn_guard_end()
      cn_signals_restore()
      throw error
    }
    cn_guard_note_modes()
    mouse = screen.capabilities.mouse
    cn_signals_install(wakeup.writeEnd)
    askForReports()
  }

  // MARK: Reports

  private func write(_ bytes: [UInt8]) { _ = cn_write_all(1, bytes, bytes.count) }

  private func askForReports() {
    write(ControlSequence.pasteOn)
    if mouse { write(ControlSequence.mouseOn) }
  }

  private func stopReports() {
    write(ControlSequence.mouseOff)
    write(ControlSequence.pasteOff)
  }

  func setMouse(_ isOn: Bool) {
    guard isOn != mouse, screen.capabilities.mouse || !isOn else { return }
    mouse = isOn
    write(isOn ? ControlSequence.mouseOn : ControlSequence.mouseOff)
  }

  func copy(_ text: String) {
    if let bytes = Clipboard.sequence(for: text, environment: environment) { write(bytes) }
  }

  func write(mark: String) { write(Array(mark.utf8)) }

  // MARK: Leaving for a while

  /// The window's size now; nil where the terminal does not say.
  func windowSize() -> ScreenSize? {
    var columns: Int32 = 0
    var rows: Int32 = 0
    guard cn_tty_size(1, &columns, &rows) != 0 else { return nil }
    return ScreenSize(columns: Int(columns), rows: Int(rows))
  }

  /// Stops the process like the terminal's suspend key; returns when it goes on.
  func suspend() {
    giveBack()
    cn_stderr_restore(keptError)
    cn_signals_stop()
    keptError = cn_stderr_divert(options.errorLog)
    takeAgain()
    // The signals of stopping and going on have been dealt with.
    let others = wakeup.drain().filter { $0 != SIGTSTP && $0 != SIGCONT }
    pendingSignals += others
  }

  private(set) var pendingSignals: [Int32] = []

  func takeSignals() -> [Int32] {
    let taken = pendingSignals + wakeup.drain()
    pendingSignals = []
    return taken
  }

  /// Someone else had the terminal while this process stood still: set everything up anew.
  func resumed() {
    giveBack()
    takeAgain()
  }

  private func giveBack() {
    stopReports()
    screen.pause()
    cn_tty_restore()
    cn_guard_hold(0)
  }

  private func takeAgain() {
    cn_guard_hold(1)
    screen.resize(to: windowSize() ?? screen.size)
    askForReports()
  }

  func close() {
    stopReports()
    screen.close()
    cn_tty_restore()
    cn_guard_end()
    cn_crash_disarm()
    cn_signals_restore()
    cn_stderr_restore(keptError)
  }
}
