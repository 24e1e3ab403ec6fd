/// Signs requests by AWS Signature Version 4.
package struct Signer: Sendable {
  package var service: String
  package var region: String

  package init(service: String, region: String) {
    self.service = service
    self.region = region
  }
}
