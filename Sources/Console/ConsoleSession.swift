import FoundationEssentials
import ObjectStore

/// The console, ready for a terminal: state, what changes it, what it looks like, and what acts.
package final class ConsoleSession: ConsoleApplication {
  package typealias Message = ConsoleEvent

  private var state: ConsoleState
  private let runner: EffectRunner
  private let clock: @Sendable () -> Double
  /// What was last painted with.
  private var look: (theme: Theme, styles: ThemeStyles)?

  /// - Parameters:
  ///   - post: brings a message back to the thread that calls this session; called from any thread.
  ///   - clock: seconds since 1970.
  package init(
    setup: ConsoleSetup, size: ScreenSize, backend: any ConsoleBackend, files: any ConsoleFiles,
    post: @escaping @Sendable (ConsoleEvent) -> Void,
    clock: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 }
  ) {
    var setup = setup
    setup.offers = backend.offers
    setup.places = backend.places
    state = ConsoleState(setup: setup, size: size)
    self.clock = clock
    runner = EffectRunner(backend: backend, files: files) { post(ConsoleEvent($0, at: clock())) }
  }

  package func start() -> [TerminalEffect] {
    runner.start()
    return take(.started)
  }

  package func handle(_ input: InputEvent) -> [TerminalEffect] { take(.input(input)) }

  package func resized(to size: ScreenSize) -> [TerminalEffect] { take(.resized(size)) }

  package func receive(_ message: ConsoleEvent) -> [TerminalEffect] { carryOut(update(&state, message)) }

  package func screen() -> ScreenGrid {
    render(state, theme: styles(), size: state.size)
  }

  /// A theme whose file is gone stays until another is chosen.
  private func styles() -> ThemeStyles {
    let theme = state.themes[state.theme] ?? look?.theme ?? .standard
    if let look, look.theme == theme { return look.styles }
    let styles = theme.resolved(for: state.setup.capabilities)
    look = (theme, styles)
    return styles
  }

  package func stop() {
    let left = state.jobs.running.map { job in
      AuditEntry(
        time: clock(), act: .process, key: job.key.string, outcome: .cancelled,
        etag: state.table.id(of: job.key).map { state.table.etag($0) },
        detail: "the console was left while it ran; what is written stays")
    }
    if !left.isEmpty { runner.run(.audit(left)) }
    runner.stop()
  }

  /// Waits until nothing runs any more, and all that is kept is written; after `stop`.
  package var finish: @Sendable () async -> Void {
    { [runner] in await runner.finish() }
  }

  private func take(_ event: ConsoleEvent.Kind) -> [TerminalEffect] {
    carryOut(update(&state, ConsoleEvent(event, at: clock())))
  }

  private func carryOut(_ effects: [ConsoleEffect]) -> [TerminalEffect] {
    var forTerminal: [TerminalEffect] = []
    for effect in effects {
      if case .terminal(let effect) = effect { forTerminal.append(effect) } else { runner.run(effect) }
    }
    runner.tick(at: state.nextTick, now: clock())
    return forTerminal
  }
}
