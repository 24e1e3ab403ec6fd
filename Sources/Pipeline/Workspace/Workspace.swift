package import ObjectStore

/// A location whose store is open: keys here are relative to the location's prefix.
package struct OpenLocation: Sendable {
  package let location: Location
  package let store: any ObjectStore

  package init(_ location: Location, store: any ObjectStore) {
    self.location = location
    self.store = store
  }

  /// The key in the bucket of a relative key, or nil where it passes 1,024 bytes.
  package func storeKey(_ relative: String) -> ObjectKey? {
    ObjectKey(location.prefix.isEmpty ? relative : location.prefix + relative)
  }

  /// The relative key of a key in the bucket, or nil where it lies outside the location.
  package func relativeKey(_ key: ObjectKey) -> ObjectKey? {
    key.starts(with: location.prefix) ? key.dropping(location.prefix.utf8.count) : nil
  }
}

/// The two ends of the pipeline: where pictures land, and where their renditions belong.
package struct Workspace: Sendable {
  package let source: OpenLocation
  package let destination: OpenLocation
  package let naming: RenditionNaming

  /// - Throws: `WorkspaceError.overlap` where the two locations overlap: renditions would become sources, for ever.
  package init(
    source: OpenLocation, destination: OpenLocation, naming: RenditionNaming = RenditionNaming()
  ) throws(WorkspaceError) {
    if source.location.overlaps(destination.location) {
      throw .overlap(source: source.location, destination: destination.location)
    }
    self.source = source
    self.destination = destination
    self.naming = naming
  }
}

package enum WorkspaceError: Error, Hashable, Sendable {
  case overlap(source: Location, destination: Location)
}
