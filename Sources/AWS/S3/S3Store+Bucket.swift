internal import HTTPTransport
package import ObjectStore

/// Calls about the bucket itself.
extension S3Store {
  /// Makes the bucket; one of the same name that is ours already is as good.
  package func create() async throws(StoreError) {
    var request = request(.put)
    if client.region != "us-east-1" {
      let body = Array(
        ("<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>"
          + client.region + "</LocationConstraint></CreateBucketConfiguration>").utf8)
      request.body = .bytes(body)
      request.payload = .of(body)
    }
    do throws(ServiceError) {
      _ = try await client.exchange(request)
    } catch {
      if case .refused(let fault) = error, fault.code == "BucketAlreadyOwnedByYou" { return }
      throw error.storeError(.open, bucket)
    }
  }
}
