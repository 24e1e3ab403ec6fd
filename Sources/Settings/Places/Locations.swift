internal import AWS
import Glibc
package import ObjectStore
package import Pipeline

/// Opens the stores that locations name.
package struct Locations: Sendable {
  package enum Role: String, CaseIterable, Hashable, Sendable {
    case source
    case destination

    var key: SettingKey {
      switch self {
      case .source: .source
      case .destination: .destination
      }
    }
  }

  /// What a location is opened for.
  package enum Purpose: Hashable, Sendable {
    /// Both have to be there.
    case reading
    /// A destination folder that is not there counts as empty, and is not made.
    case planning
    /// A destination folder that is not there is made, as a first run would want.
    case writing
  }

  private let settings: Settings
  private let workingDirectory: String
  package let buckets: Buckets

  /// - Parameters:
  ///   - workingDirectory: what relative paths start from, absolute.
  ///   - environment: the process's, for AWS's own variables.
  package init(settings: Settings, workingDirectory: String, environment: [String: String]) {
    self.settings = settings
    self.workingDirectory = workingDirectory
    buckets = Buckets(settings: settings, environment: environment)
  }

  /// Where a role points to, nothing opened.
  package func location(of role: Role) throws(LocationsError) -> Location {
    guard let text = settings[role.key] else {
      throw .missing(role, configFile: settings.configFile ?? settings.paths.configFile)
    }
    var location: Location
    do throws(LocationError) {
      location = try Location(parsing: text, workingDirectory: workingDirectory, home: settings.paths.home)
    } catch {
      throw .invalid(role, text: text, origin: settings.origin(of: role.key), error)
    }
    if case .bucket = location.place { location.server = try buckets.access(for: role).endpoint.override }
    return location
  }

  /// Opens one location by itself.
  package func open(_ role: Role, for purpose: Purpose) throws(LocationsError) -> OpenLocation {
    try open(try location(of: role), as: role, for: purpose)
  }

  /// Opens both; refuses locations that overlap before anything is touched.
  package func workspace(_ purpose: Purpose) throws(LocationsError) -> Workspace {
    let source = try location(of: .source)
    let destination = try location(of: .destination)
    try Self.checkApart(source, destination)
    let openSource = try open(source, as: .source, for: purpose)
    let openDestination = try open(destination, as: .destination, for: purpose)
    do throws(WorkspaceError) {
      return try Workspace(source: openSource, destination: openDestination, naming: settings.naming)
    } catch {
      throw .overlap(source: source, destination: destination)
    }
  }

  /// Refuses two locations of which one contains the other, links followed.
  package static func checkApart(_ source: Location, _ destination: Location) throws(LocationsError) {
    if resolved(source).overlaps(resolved(destination)) {
      throw .overlap(source: source, destination: destination)
    }
  }

  private func open(_ location: Location, as role: Role, for purpose: Purpose) throws(LocationsError) -> OpenLocation {
    let path: String
    switch location.place {
    case .directory(let folder): path = folder
    case .bucket(let name):
      let store = try buckets.bucket(name, for: role)
      return OpenLocation(location, store: settings.isReadOnly ? store.readOnly : store)
    }
    do throws(StoreError) {
      let creates = role == .destination && purpose == .writing && !settings.isReadOnly
      let store = try DirectoryStore(root: path, create: creates)
      return OpenLocation(location, store: settings.isReadOnly ? store.readOnly : store)
    } catch {
      if role == .destination, purpose == .planning, case .noSuchBucket = error.reason {
        return OpenLocation(location, store: MemoryStore().readOnly)
      }
      throw .store(location, error)
    }
  }

  /// The location with symbolic links followed as far as the path is there: two names of one folder overlap too.
  static func resolved(_ location: Location) -> Location {
    guard case .directory(let path) = location.place else { return location }
    var existing = path
    var missing: [Substring] = []
    while existing != "/" {
      if let real = realpath(existing, nil) {
        defer { free(real) }
        existing = String(cString: real)
        break
      }
      let parts = existing.split(separator: "/")
      guard let last = parts.last else { break }
      missing.insert(last, at: 0)
      existing = "/" + parts.dropLast().joined(separator: "/")
    }
    let tail = missing.joined(separator: "/")
    let full = tail.isEmpty ? existing : (existing == "/" ? "" : existing) + "/" + tail
    return Location(place: .directory(path: full))
  }
}

/// Why a location cannot be used. The text for people is made above this layer.
package enum LocationsError: Error, Hashable, Sendable {
  /// No layer says where it is.
  case missing(Locations.Role, configFile: String)
  case invalid(Locations.Role, text: String, origin: Origin, LocationError)
  /// What is said of profile, region or server cannot be.
  case access(detail: String)
  /// Renditions would become sources, for ever.
  case overlap(source: Location, destination: Location)
  case store(Location, StoreError)
  /// Not the URL of a queue.
  case invalidQueue(String)
}
