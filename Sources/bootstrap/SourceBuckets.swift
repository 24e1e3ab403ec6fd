import AWS
import LambdaRuntime
import ObjectStore
import Pipeline
import Settings

/// The processors of events, one for each bucket that events come from; all share connections and credentials.
actor SourceBuckets {
  private let configuration: FunctionConfiguration
  private let destination: OpenLocation
  private var processors: [String: EventProcessor] = [:]

  /// A function is wired to a handful of buckets. Whoever names more costs some work, not memory.
  private static let maximum = 64

  init(_ configuration: FunctionConfiguration) throws(InvocationFailure) {
    self.configuration = configuration
    do throws(LocationsError) {
      destination = try configuration.locations.open(.destination, for: .writing)
    } catch {
      throw InvocationFailure(error)
    }
    if case .bucket(let name) = configuration.source?.place {
      _ = try Self.makeProcessor(name, configuration, destination)
    }
  }

  /// The processor of a bucket's events.
  ///
  /// - Parameter bucket: as an event names it.
  /// - Throws: for a bucket that cannot be a source.
  func processor(for bucket: String) throws(InvocationFailure) -> EventProcessor {
    if let processor = processors[bucket] { return processor }
    let processor = try Self.makeProcessor(bucket, configuration, destination)
    if processors.count >= Self.maximum { processors = [:] }
    processors[bucket] = processor
    return processor
  }

  /// Where a source is set, another bucket's events are held against it, and dropped.
  private static func makeProcessor(
    _ bucket: String, _ configuration: FunctionConfiguration, _ destination: OpenLocation
  ) throws(InvocationFailure) -> EventProcessor {
    do {
      let source = try configuration.source ?? location(of: bucket, configuration)
      guard case .bucket(let name) = source.place else { throw LocationError.invalidBucket(bucket) }
      let store = try configuration.locations.buckets.bucket(name, for: .source)
      let workspace = try Workspace(
        source: OpenLocation(source, store: store), destination: destination, naming: configuration.settings.naming)
      return EventProcessor(workspace: workspace, engine: configuration.engine, options: configuration.options) {
        EventLog.write($0)
      }
    } catch let error as LocationsError {
      throw InvocationFailure(error)
    } catch let error as WorkspaceError {
      throw InvocationFailure(type: "Function.EndlessLoop", message: explanation(of: error))
    } catch {
      throw InvocationFailure(type: "Function.InvalidEvent", message: "The event names a bucket that cannot be.")
    }
  }

  private static func location(of bucket: String, _ configuration: FunctionConfiguration) throws -> Location {
    var location = try Location(parsing: "s3://\(bucket)", workingDirectory: "/")
    guard case .bucket(bucket) = location.place else { throw LocationError.invalidBucket(bucket) }
    location.server = try configuration.locations.buckets.access(for: .source).endpoint.override
    return location
  }
}
