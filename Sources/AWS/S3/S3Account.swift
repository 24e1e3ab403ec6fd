internal import HTTPTransport
package import ObjectStore

/// What a set of credentials owns at S3.
package struct S3Account: BucketCatalog {
  private let client: ServiceClient

  package init(
    endpoint: S3Endpoint, region: String = "us-east-1", credentials: any CredentialProvider,
    shared: ServiceClient.Shared
  ) {
    client = ServiceClient(
      service: "s3", region: region, base: { endpoint.base(bucket: nil, region: $0) }, credentials: credentials,
      shared: shared)
  }

  package func buckets() async throws(StoreError) -> [BucketSummary] {
    do throws(ServiceError) {
      let answer = try await client.exchange(ServiceRequest(.get), limit: 16 << 20)
      let root = try XMLElement(answer: answer.body)
      guard root.name == "ListAllMyBucketsResult" else {
        throw ServiceError.invalidAnswer(detail: "no list of buckets")
      }
      return (root["Buckets"]?.children ?? []).compactMap { element in
        guard let name = element["Name"]?.text, !name.isEmpty else { return nil }
        return BucketSummary(
          name: name,
          created: (element["CreationDate"]?.text).flatMap(Timestamp.parse))
      }.sorted { $0.name < $1.name }
    } catch {
      throw error.storeError(.list, "")
    }
  }
}
