/// Where S3 is spoken, and how a bucket is named there.
package struct S3Endpoint: Hashable, Sendable {
  /// `scheme://host[:port][/path]`; nil: AWS's own.
  package let override: String?
  package let addressing: S3AddressingStyle

  /// - Parameter override: a server's URL; dual-stack and FIPS names of AWS are given here too.
  /// - Returns: nil where it is no `http` or `https` URL with a host, or carries a user, a query or a fragment.
  package init?(override: String? = nil, addressing: S3AddressingStyle = .auto) {
    self.addressing = addressing
    guard let text = override else {
      self.override = nil
      return
    }
    guard let end = text.firstRange(of: "://") else { return nil }
    let scheme = text[..<end.lowerBound].lowercased()
    let rest = text[end.upperBound...]
    let host = rest.prefix { $0 != "/" }
    guard scheme == "http" || scheme == "https", !host.isEmpty, host.first != ":",
      rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !rest.contains(where: { "@?#\\".contains($0) })
    else { return nil }
    var url = scheme + "://" + rest
    while url.hasSuffix("/") { url.removeLast() }
    self.override = url
  }

  /// The URL up to the bucket's objects, without a slash at its end.
  func base(bucket: String?, region: String) -> String {
    let root = override ?? AWSConfiguration.ownEndpoint(of: "s3", region: region)
    guard let bucket else { return root }
    guard isVirtual(bucket), let slashes = root.firstRange(of: "://") else { return root + "/" + bucket }
    return root[..<slashes.upperBound] + bucket + "." + root[slashes.upperBound...]
  }

  private func isVirtual(_ bucket: String) -> Bool {
    switch addressing {
    case .path: false
    case .virtual: true
    case .auto: override == nil && !bucket.contains(".")
    }
  }
}
