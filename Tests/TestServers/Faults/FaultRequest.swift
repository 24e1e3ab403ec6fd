/// A request as a `FaultServer` saw it.
package struct FaultRequest: Sendable {
  package var method: String
  /// The path and query as they came.
  package var target: String
  /// Names as they came.
  package var fields: [(name: String, value: String)]
  /// The first MiB of the body.
  package var body: [UInt8] = []
  /// Bytes of body that came.
  package var bodyCount = 0
  /// Which connection brought it: 1, 2, …
  package var connection: Int

  /// The value of the first field of this name, in any case.
  package subscript(name: String) -> String? {
    fields.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}
