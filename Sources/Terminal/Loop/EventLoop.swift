import CNcurses
package import Console
import Glibc

/// Opens the terminal, makes the application for it, and runs it until it quits.
///
/// Everything the application does happens on the calling thread, which should be the main one. Locale and environment
/// are changed for an instant while the terminal is opened: call it before other threads run.
/// - Parameter make: gets what the terminal can show, its size, and a closure that posts messages from any thread.
/// - Returns: the status the application quit with; 128 + n after signal n (130 for INT, 143 for TERM, 129 for HUP or a
///   terminal that went away).
/// - Throws: why there can be no full screen. The terminal is as it was.
package func run<Application: ConsoleApplication>(
  options: TerminalOptions = TerminalOptions(),
  make: (Capabilities, ScreenSize, @escaping @Sendable (Application.Message) -> Void) -> Application
) throws(TerminalError) -> Int32 {
  let session = try TerminalSession(options: options)
  defer { session.close() }
  let mailbox = Mailbox<Application.Message>(wakeup: session.wakeup)
  defer { mailbox.close() }
  let application = make(session.screen.capabilities, session.screen.size) { mailbox.post($0) }
  let loop = EventLoop(application: application, session: session, mailbox: mailbox)
  return loop.run()
}

/// One turn after another: wait, take all that has come, draw at most once.
final class EventLoop<Application: ConsoleApplication> {
  /// Between two draws that only messages asked for, in milliseconds; keys are answered at once.
  private static var frameInterval: Int { 16 }
  /// Bytes of input in one turn: a paste must not keep the screen from being drawn.
  private static var inputLimit: Int { 1 << 16 }

  private let application: Application
  private let session: TerminalSession
  private let mailbox: Mailbox<Application.Message>
  private var decoder: KeyDecoder
  private var trace: FrameTrace
  private var status: Int32?
  private var isDirty = true
  private var isUrgent = true
  private var mustRedraw = false
  private var lastDraw = 0
  private var lastByte = 0

  init(application: Application, session: TerminalSession, mailbox: Mailbox<Application.Message>) {
    self.application = application
    self.session = session
    self.mailbox = mailbox
    decoder = KeyDecoder(keys: session.keys)
    trace = FrameTrace(isOn: getenv("PIXELATER_TRACE_FRAMES").map { String(cString: $0) } == "1")
  }

  func run() -> Int32 {
    // Something is there to see before anything is done. Not yet a frame that answers anything: it is not marked.
    session.screen.draw(application.screen())
    perform(application.start())
    handle(decoder.feed(session.typedAhead, at: Clock.milliseconds()))
    drawIfDue()
    while status == nil {
      turn()
    }
    application.stop()
    return status ?? 0
  }

  private func turn() {
    var descriptors = [
      pollfd(fd: 0, events: Int16(POLLIN), revents: 0),
      pollfd(fd: session.wakeup.readEnd, events: Int16(POLLIN), revents: 0),
    ]
    let ready = poll(&descriptors, nfds_t(descriptors.count), waitTime())
    if ready > 0, descriptors[1].revents != 0 { takeSignals() }
    if status == nil, ready > 0, descriptors[0].revents != 0 { takeInput() }
    settleInput()
    if status == nil { takeMessages() }
    if status == nil { drawIfDue() }
  }

  /// For ever, unless a key may be complete or a draw was put off.
  private func waitTime() -> Int32 {
    let now = Clock.milliseconds()
    var wait = Int.max
    if isDirty { wait = max(0, lastDraw + Self.frameInterval - now) }
    if let patience = decoder.patience { wait = min(wait, max(0, lastByte + patience - now)) }
    return wait == .max ? -1 : Int32(wait)
  }

  // MARK: What came

  private func takeInput() {
    var taken = 0
    while taken < Self.inputLimit {
      guard let bytes = StandardInput.read() else {
        status = 128 + SIGHUP
        return
      }
      taken += bytes.count
      lastByte = Clock.milliseconds()
      handle(decoder.feed(bytes, at: lastByte))
      guard status == nil, hasInput() else { return }
    }
  }

  private func hasInput() -> Bool {
    var descriptor = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
    return poll(&descriptor, 1, 0) > 0
  }

  private func settleInput() {
    guard status == nil, let patience = decoder.patience, Clock.milliseconds() >= lastByte + patience else { return }
    handle(decoder.flush())
  }

  private func handle(_ events: [InputEvent]) {
    for event in events where status == nil {
      isDirty = true
      isUrgent = true
      trace.handled(1)
      perform(application.handle(event))
    }
  }

  private func takeMessages() {
    for message in mailbox.takeAll() where status == nil {
      isDirty = true
      perform(application.receive(message))
    }
  }

  private func takeSignals() {
    for signal in session.takeSignals() where status == nil {
      switch signal {
      case SIGWINCH: resize()
      case SIGTSTP: suspend()
      case SIGCONT:
        session.resumed()
        tookAgain()
      default: status = 128 + signal
      }
    }
  }

  private func resize() {
    guard let size = session.windowSize(), size != session.screen.size else { return }
    session.screen.resize(to: size)
    tookAgain()
  }

  private func suspend() {
    session.suspend()
    tookAgain()
  }

  /// The screen is blank and may have another size.
  private func tookAgain() {
    isDirty = true
    isUrgent = true
    perform(application.resized(to: session.screen.size))
  }

  // MARK: What to do

  private func perform(_ effects: [TerminalEffect]) {
    for effect in effects where status == nil {
      switch effect {
      case .quit(let code): status = code
      case .suspend: suspend()
      case .redraw:
        mustRedraw = true
        isDirty = true
        isUrgent = true
      case .bell: session.screen.beep()
      case .copy(let text): session.copy(text)
      case .setMouse(let isOn): session.setMouse(isOn)
      }
    }
  }

  private func drawIfDue() {
    guard isDirty, isUrgent || Clock.milliseconds() >= lastDraw + Self.frameInterval else { return }
    if mustRedraw { session.screen.redraw() }
    mustRedraw = false
    isDirty = false
    isUrgent = false
    session.screen.draw(application.screen())
    lastDraw = Clock.milliseconds()
    trace.drew()
    let size = session.screen.size
    if let mark = trace.mark(columns: size.columns, rows: size.rows) { session.write(mark: mark) }
  }
}
