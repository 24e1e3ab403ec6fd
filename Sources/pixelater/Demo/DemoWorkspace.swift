import FoundationEssentials
import ObjectStore
import Pipeline
import PixelEngine

/// A folder with a source and a destination, some of it processed and some of it not: all that the product shows, at once.
struct DemoWorkspace: Sendable {
  let root: String

  var source: String { root + "/photos" }
  var destination: String { root + "/renditions" }
  private var marker: String { root + "/.pixelater-demo" }

  /// The object whose picture is shown where there is no console.
  static let showpiece = "sunset.png"

  /// Makes it, or puts it back as it was at first; files that are not of the demo are left alone.
  ///
  /// - Returns: the two locations, open.
  func prepare(engine: PixelEngine, options: RunOptions) async throws(CommandFailure) -> Workspace {
    try claim()
    do throws(StoreError) {
      let workspace = try open()
      try await fill(workspace, engine: engine, options: options)
      return workspace
    } catch {
      throw CommandFailure(error, about: root)
    }
  }

  /// The folder must be new, empty or a demo of ours: nobody's pictures are touched.
  private func claim() throws(CommandFailure) {
    if !LocalFile.isThere(marker), let names = try? FileManager.default.contentsOfDirectory(atPath: root),
      !names.isEmpty
    {
      throw CommandFailure(.refused, "\(root): the folder is neither empty nor a demo workspace; name another one")
    }
    guard LocalFile.makeFolders(source), LocalFile.makeFolders(destination),
      (try? LocalFile.write(Array("A demo workspace of pixelater; it may be removed.\n".utf8), to: marker)) != nil
    else { throw CommandFailure(.unreachable, "\(root): the demo workspace cannot be made here") }
  }

  private func open() throws(StoreError) -> Workspace {
    let source = OpenLocation(
      Location(place: .directory(path: source)), store: try DirectoryStore(root: source, create: true))
    let destination = OpenLocation(
      Location(place: .directory(path: destination)), store: try DirectoryStore(root: destination, create: true))
    do throws(WorkspaceError) {
      return try Workspace(source: source, destination: destination)
    } catch {
      throw StoreError(operation: .open, key: root, reason: .other(detail: "the folders overlap"))
    }
  }

  private func fill(_ workspace: Workspace, engine: PixelEngine, options: RunOptions) async throws(StoreError) {
    var keys: [(DemoObjects.Object, ObjectKey)] = []
    for object in DemoObjects.all {
      guard let key = ObjectKey(object.key) else { continue }
      keys.append((object, key))
      try await clear(key, workspace)
      try await put(object.content, key, workspace, engine)
    }
    let queue = JobQueue(workspace: workspace, engine: engine, options: options) { _ in }
    for (object, key) in keys {
      switch object.state {
      case .pending, .other: continue
      default: await queue.offer(key, policy: RunPolicy())
      }
    }
    await queue.drain()
    for (object, key) in keys {
      switch object.state {
      case .partial: try await remove([.x16, .x48], of: key, workspace)
      case .orphan: try await workspace.source.store.delete(key)
      case .stale:
        guard let later = object.later else { continue }
        // Times of files move in ticks: once may be too early to be later.
        for _ in 0..<100 {
          try await put(later, key, workspace, engine)
          if try await StatusReader(workspace).row(key)?.state == .stale { break }
        }
      default: continue
      }
    }
  }

  private func put(
    _ content: DemoObjects.Content, _ key: ObjectKey, _ workspace: Workspace, _ engine: PixelEngine
  ) async throws(StoreError) {
    let bytes: [UInt8]
    do throws(PixelError) {
      bytes = try content.bytes(engine)
    } catch {
      throw StoreError(operation: .put, key: key.string, reason: .other(detail: Failure(error).message))
    }
    try await workspace.source.store.put(key, bytes)
  }

  private func clear(_ key: ObjectKey, _ workspace: Workspace) async throws(StoreError) {
    try await remove(GridSize.allCases, of: key, workspace)
    try await FailureLookup(workspace: workspace).remove(of: key)
  }

  private func remove(_ sizes: [GridSize], of key: ObjectKey, _ workspace: Workspace) async throws(StoreError) {
    for size in sizes {
      guard let name = ObjectKey(workspace.naming.key(of: key, size: size)) else { continue }
      try await workspace.destination.store.delete(name)
    }
  }
}
