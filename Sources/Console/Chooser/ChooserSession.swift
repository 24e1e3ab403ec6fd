import FoundationEssentials
package import ObjectStore

/// The chooser of buckets, ready for a terminal: shown where no location is given and credentials are. When it has been
/// left, `chosen` says what came of it.
package final class ChooserSession: ConsoleApplication {
  package typealias Message = ChooserEvent

  private var state: ChooserState
  private let styles: ThemeStyles
  private let catalog: any BucketCatalog
  private let post: @Sendable (ChooserEvent) -> Void
  private let clock: @Sendable () -> Double
  private var listing: Task<Void, Never>?
  private var ticking: Task<Void, Never>?
  private var tickTime: Double?

  /// - Parameters:
  ///   - post: brings a message back to the thread that calls this session; called from any thread.
  ///   - clock: seconds since 1970.
  package init(
    setup: ChooserSetup, size: ScreenSize, catalog: any BucketCatalog,
    post: @escaping @Sendable (ChooserEvent) -> Void,
    clock: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 }
  ) {
    state = ChooserState(setup: setup, size: size)
    styles = setup.theme.resolved(for: setup.capabilities)
    self.catalog = catalog
    self.post = post
    self.clock = clock
  }

  /// Both locations; nil where the person left before.
  package var chosen: ChosenLocations? { state.chosen }

  package func start() -> [TerminalEffect] { take(.started) }

  package func handle(_ input: InputEvent) -> [TerminalEffect] { take(.input(input)) }

  package func resized(to size: ScreenSize) -> [TerminalEffect] { take(.resized(size)) }

  package func receive(_ message: ChooserEvent) -> [TerminalEffect] {
    if case .tick = message.kind { tickTime = nil }
    return carryOut(update(&state, message))
  }

  package func screen() -> ScreenGrid { render(state, theme: styles) }

  package func stop() {
    listing?.cancel()
    ticking?.cancel()
  }

  private func take(_ event: ChooserEvent.Kind) -> [TerminalEffect] {
    carryOut(update(&state, ChooserEvent(event, at: clock())))
  }

  private func carryOut(_ effects: [ChooserEffect]) -> [TerminalEffect] {
    var forTerminal: [TerminalEffect] = []
    for effect in effects {
      switch effect {
      case .terminal(let effect): forTerminal.append(effect)
      case .list(let attempt): list(attempt)
      }
    }
    tick(at: state.nextTick)
    return forTerminal
  }

  private func list(_ attempt: Int) {
    listing?.cancel()
    listing = Task { [catalog, post, clock] in
      let result: Result<[BucketSummary], StoreError>
      do throws(StoreError) {
        result = .success(try await catalog.buckets())
      } catch {
        result = .failure(error)
      }
      if !Task.isCancelled { post(ChooserEvent(.listed(result, attempt: attempt), at: clock())) }
    }
  }

  private func tick(at time: Double?) {
    guard time != tickTime else { return }
    ticking?.cancel()
    tickTime = time
    guard let time else { return }
    let wait = max(0, time - clock())
    ticking = Task { [post, clock] in
      try? await Task.sleep(for: .milliseconds(1 + Int(wait * 1000)))
      if !Task.isCancelled { post(ChooserEvent(.tick, at: clock())) }
    }
  }
}
