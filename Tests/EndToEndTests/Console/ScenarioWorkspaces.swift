import Foundation
import PixelEngine

/// Workspaces that are made once, and copied for each scenario.
actor ScenarioWorkspaces {
  static let shared = ScenarioWorkspaces()

  enum Kind: String, Sendable {
    /// Nothing.
    case empty
    /// One of each state, and an orphan.
    case mixed
    /// Sixty objects that are no pictures.
    case many
    /// As many pictures as keep one job busy for longer than a person takes to press a few keys.
    case heavy
  }

  private var made: [Kind: Task<TestWorkspace, any Error>] = [:]

  func copy(_ kind: Kind) async throws -> TestWorkspace {
    let task = made[kind] ?? Task { try await Self.make(kind) }
    made[kind] = task
    let template = try await task.value
    let copy = try TestWorkspace()
    let process = try RunningProgram(
      executable: "/bin/cp",
      arguments: ["-a", template.source, template.destination, template.folder + "/home", copy.folder],
      environment: ["PATH": "/usr/bin:/bin"], input: "", folder: copy.folder)
    guard try await process.result().status == 0 else { throw POSIXError(.EIO) }
    return copy
  }

  private static func make(_ kind: Kind) async throws -> TestWorkspace {
    let workspace = try TestWorkspace()
    switch kind {
    case .empty: break
    case .many: for i in 0..<60 { try workspace.put("object-\(100 + i).txt", "x") }
    case .heavy:
      let picture = try TestWorkspace.picture(width: 1200, height: 900)
      for i in 0..<60 { try workspace.put("large-\(10 + i).png", picture) }
    case .mixed: try await mix(workspace)
    }
    return workspace
  }

  private static func mix(_ workspace: TestWorkspace) async throws {
    let whole = try TestWorkspace.picture(width: 200, height: 200, format: .jpeg)
    try workspace.put("broken.jpg", Array(whole.prefix(whole.count / 2)))
    try workspace.putPicture("city/night.png", seed: 1)
    try workspace.putPicture("half.png", seed: 2)
    try workspace.putPicture("moon.jpg", seed: 3, format: .jpeg)
    try workspace.putPicture("old.png", seed: 4)
    try workspace.put("text.png", "This is no picture.\n")
    try workspace.put("notes.txt", "Notes.\n")
    try workspace.putPicture("gone.png", seed: 5)
    _ = try await Program(workspace: workspace)("run", "--all")
    // Its renditions are orphans now.
    try FileManager.default.removeItem(atPath: workspace.source + "/gone.png")
    for size in [16, 48] {
      try FileManager.default.removeItem(atPath: workspace.destination + "/pixelated-\(size)x\(size)-half.png")
    }
    for name in workspace.renditions where name.hasSuffix("-old.png") {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: 1_700_000_000)],
        ofItemAtPath: workspace.destination + "/" + name)
    }
    try workspace.putPicture("pending.png", seed: 6)
    try Data(TestWorkspace.picture(seed: 7)).write(to: URL(filePath: workspace.folder + "/home/dog.png"))
  }
}
