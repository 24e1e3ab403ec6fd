import Pipeline

// How fast the jobs of this console go.

extension ConsoleState {
  mutating func togglePauseOfJobs() -> [ConsoleEffect] {
    jobsArePaused.toggle()
    let running = jobs.running.count
    let rest = running > 0 ? "\(Format.count(running, "job")) will be finished, nothing begins" : "nothing begins"
    say(.info, jobsArePaused ? "Jobs paused: \(rest); \(resumeNote)" : "Jobs resumed")
    log.add(.info, jobsArePaused ? "jobs paused" : "jobs resumed", at: now)
    return [.pauseJobs(jobsArePaused)]
  }

  /// Why what was asked for does not begin.
  var pausedNote: String { "jobs are paused, \(resumeNote)" }

  private var resumeNote: String { "\(setup.keys.mainKey(of: .pauseJobs)) resumes" }

  /// - Parameter text: objects a second, `off`, or nothing, which asks.
  mutating func setRate(_ text: String) -> [ConsoleEffect] {
    switch text {
    case "":
      say(.info, rate.map { "At most \($0) objects a second" } ?? "No rate is set: jobs go as fast as they can")
      return []
    case "off": rate = nil
    default:
      guard let new = ObjectRate(text) else { return refuse("rate takes objects a second, as 5 or 0.5, or off") }
      rate = new
    }
    say(.info, rate.map { "At most \($0) objects a second from now on" } ?? "As fast as it goes from now on")
    log.add(.info, "rate \(rate.map(\.description) ?? "off")", at: now)
    return [.setRate(rate)]
  }
}
