/// How a transport behaves towards all servers.
package struct TransportConfiguration: Sendable {
  /// A PEM file with the certificates to trust in place of the system's.
  package var caBundle: String?
  /// Most connections kept open between requests. Default: 64.
  package var idleConnections = 64
  /// Sent with each request that has no `User-Agent`. Default: `pixelater`.
  package var userAgent = "pixelater"
  /// Whether the proxies that the environment names are taken. Default: yes.
  package var takesProxies = true

  package init() {}
}
