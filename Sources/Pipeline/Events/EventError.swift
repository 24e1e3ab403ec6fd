/// Why a message is none of S3's events, or not one that can be used: the same again however often it is read. What it
/// carries is foreign text.
package enum EventError: Error, Hashable, Sendable {
  case tooLarge(bytes: Int, limit: Int)
  /// More arrays and objects within one another than any event has.
  case tooDeep(limit: Int)
  case notJSON
  /// JSON of another kind.
  case unknownForm
  /// A major version whose fields may mean something else.
  case unsupportedVersion(String)
  /// A field is missing or of another type.
  case invalidField(String)
  /// A key that does not decode, or that no object can have.
  case invalidKey
}
