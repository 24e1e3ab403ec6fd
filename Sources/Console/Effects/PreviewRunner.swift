import ObjectStore
import Pipeline
import PixelEngine

/// Loads pictures for as long as they are wanted.
final class PreviewRunner: Sendable {
  private let backend: any ConsoleBackend
  private let post: @Sendable (ConsoleEvent.Kind) -> Void
  private let work = Locked(Work())

  private struct Work {
    var task: Task<Void, Never>?
    /// When pictures were last asked for.
    var time: ContinuousClock.Instant?
  }

  /// Requests this close to each other are a cursor on its way.
  private static let pause: Duration = .milliseconds(150)
  /// How long one of those waits, in case it is wanted no more.
  private static let patience: Duration = .milliseconds(40)
  /// Longest side of the original, in pixels.
  private static let originalSide = 192

  init(backend: any ConsoleBackend, post: @escaping @Sendable (ConsoleEvent.Kind) -> Void) {
    self.backend = backend
    self.post = post
  }

  /// Loads these instead of what was asked for before. A cursor that runs down a list asks for many and looks at one:
  /// what follows close upon another waits a moment to see whether it is wanted still.
  ///
  /// - Parameter ids: of one object; none: nothing is wanted any more.
  func load(_ ids: [PreviewID]) {
    let now = ContinuousClock.now
    work.withLock { work in
      let isHurried = work.time.map { now - $0 < Self.pause } ?? false
      work.time = now
      work.task?.cancel()
      work.task = ids.isEmpty ? nil : Task { await load(ids, after: isHurried ? Self.patience : .zero) }
    }
  }

  func stop() {
    work.withLock { $0.task?.cancel() }
  }

  private func load(_ ids: [PreviewID], after wait: Duration) async {
    if wait > .zero { try? await Task.sleep(for: wait) }
    guard !Task.isCancelled, let key = ids.first?.key else { return }
    await loadStored(ids, of: key)
    // The original last: it is looked at least.
    for id in ids where id.subject != .original { await loadSingly(id) }
    for id in ids where id.subject == .original { await loadSingly(id) }
  }

  /// All that is wanted of one object's renditions at once: those that are not stored come from one look at its source.
  private func loadStored(_ ids: [PreviewID], of key: ObjectKey) async {
    var wanted: [(id: PreviewID, size: GridSize)] = []
    for id in ids {
      if case .rendition(let size) = id.subject { wanted.append((id, size)) }
    }
    guard !wanted.isEmpty else { return }
    let result: Result<[GridSize: PreviewPicture], Failure>
    do throws(Failure) {
      result = .success(try await backend.pictures(of: key, sizes: wanted.map(\.size)))
    } catch {
      result = .failure(error)
    }
    for (id, size) in wanted {
      switch result {
      case .success(let pictures): if let picture = pictures[size] { tell(id, .success(picture)) }
      case .failure(let failure): tell(id, .failure(failure))
      }
    }
  }

  private func loadSingly(_ id: PreviewID) async {
    guard !Task.isCancelled else { return }
    do throws(Failure) {
      switch id.subject {
      case .rendition: break
      case .recomputed(let size):
        guard let raster = try await backend.recomputed(id.key, sizes: [size])[size] else { return }
        tell(id, .success(PreviewPicture(raster: raster, isStored: false)))
      case .version(let version, let size):
        let pictures = try await backend.pictures(of: id.key, version: version, sizes: [size])
        guard let raster = pictures[size] else { return }
        tell(id, .success(PreviewPicture(raster: raster, isStored: false)))
      case .original:
        let side = Self.originalSide
        let raster = try await backend.original(of: id.key, maxWidth: side, maxHeight: side)
        tell(id, .success(PreviewPicture(raster: raster, isStored: true)))
      }
    } catch {
      tell(id, .failure(error))
    }
  }

  private func tell(_ id: PreviewID, _ result: Result<PreviewPicture, Failure>) {
    if !Task.isCancelled { post(.previewed(PreviewAnswer(id: id, result: result))) }
  }
}
