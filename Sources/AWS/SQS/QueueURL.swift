/// The URL that names a queue: `https://sqs.eu-central-1.amazonaws.com/123456789012/uploads`.
package struct QueueURL: Hashable, Sendable {
  /// As given.
  package let text: String
  /// `scheme://host[:port]`.
  package let base: String
  /// From the `/` on: account and name.
  package let path: String
  /// Where AWS's own host names say it; nil for others.
  package let region: String?

  /// - Returns: nil where it is no `http` or `https` URL with a host and a path, or carries a user, a query or a fragment.
  package init?(_ text: String) {
    guard let end = text.firstRange(of: "://") else { return nil }
    let scheme = text[..<end.lowerBound].lowercased()
    let rest = text[end.upperBound...]
    let host = rest.prefix { $0 != "/" }
    let path = rest.dropFirst(host.count)
    guard scheme == "http" || scheme == "https", !host.isEmpty, host.first != ":", path.count > 1,
      rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !rest.contains(where: { "@?#\\".contains($0) })
    else { return nil }
    self.text = text
    base = scheme + "://" + host
    self.path = String(path)
    region = Self.region(ofHost: host.lowercased())
  }

  /// `sqs.REGION.amazonaws.com`, `sqs-fips.REGION...`, or the older `REGION.queue.amazonaws.com`.
  private static func region(ofHost host: String) -> String? {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    guard host.contains("amazonaws.") || host.contains(".api.aws"), parts.count >= 4 else { return nil }
    if parts[0] == "sqs" || parts[0] == "sqs-fips" { return String(parts[1]) }
    return parts[1] == "queue" ? String(parts[0]) : nil
  }
}
