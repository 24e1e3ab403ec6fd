import Console
import Foundation
import Testing

@Suite("What a person does at the console", .disabled(if: Tmux.isMissingByDesign, "tmux is not installed"))
struct ScenarioTests {
  private static let turnstile = Turnstile(4)

  @Test("Scenario", arguments: Scenario.names)
  func scenario(_ name: String) async throws {
    try #require(Tmux.isThere, "tmux is not installed: apt-get install tmux")
    let scenario = try Scenario(named: name)
    await Self.turnstile.enter()
    do {
      let workspace = try await ScenarioWorkspaces.shared.copy(scenario.workspace)
      try await ScenarioRun(scenario: scenario, workspace: workspace)()
    } catch let failure as ScenarioRun.Failure {
      Issue.record("\(failure.description)")
    } catch {
      await Self.turnstile.leave()
      throw error
    }
    await Self.turnstile.leave()
  }
}

@Suite("Scenario files")
struct ScenarioFileTests {
  @Test("Every action of the console is in a scenario, and is asked for there")
  func everyActionIsSeen() throws {
    let scenarios = try Scenario.names.map { try Scenario(named: $0) }
    for scenario in scenarios {
      for name in scenario.covers {
        guard let action = Action(rawValue: name) else {
          Issue.record("\(scenario.name).scenario covers \(name), which is no action")
          continue
        }
        #expect(scenario.asksFor(action), "\(scenario.name).scenario says it covers \(name), but does not ask for it")
      }
    }
    let covered = Set(scenarios.flatMap(\.covers))
    let missing = Action.allCases.map(\.rawValue).filter { !covered.contains($0) }
    #expect(missing == [], "each of these needs a scenario in \(Scenario.folder)")
  }

  @Test("A mistake in one is told with its line")
  func mistakes() {
    func problem(_ text: String) -> String {
      do {
        _ = try Scenario(name: "x", text: text)
        return ""
      } catch {
        return "\(error)"
      }
    }
    #expect(problem("# fine\nsize 80x24\n\nkeys j Esc\nexpect a b\n") == "")
    #expect(problem("size 80x24\npress j\n") == "x.scenario:2: there is no step press")
    #expect(problem("keys j\nkeys Hyper\n") == "x.scenario:2: Hyper is no key")
    #expect(problem("| text\n") == "x.scenario:1: a line of text follows nothing that is written")
    #expect(problem("size 80\n") == "x.scenario:1: 80 is no size")
  }
}
