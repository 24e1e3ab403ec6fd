import Glibc
package import ObjectStore

/// What the system said against a file of this machine.
package struct FileFault: Error, Hashable, Sendable {
  package enum Act: String, Hashable, Sendable {
    case openFolder, makeFolder, read, write
  }

  package var act: Act
  /// As given or made here; foreign text.
  package var path: String
  /// The system's number for it (`errno`).
  package var number: Int32

  package init(_ act: Act, _ path: String, number: Int32 = errno) {
    self.act = act
    self.path = path
    self.number = number
  }
}

/// Why content did not get from a store to a file, or the other way.
package enum TransferError: Error, Hashable, Sendable {
  case store(StoreError)
  case file(FileFault)
  /// What was to be sent is a folder, a pipe or the like.
  case notAFile(path: String)
  /// The key is one of those that renditions and records have.
  case ownKey
  /// Together with its location the key passes 1,024 bytes.
  case keyTooLong
  /// What was deleted was written, deleted or removed anew since, so that its deletion is not taken back.
  case overtaken
  /// Below a delete marker there is no version.
  case nothingKept
  /// Below a delete marker is another: that of somebody else, or of a call that was repeated.
  case deletedTwice
  case cancelled
}
