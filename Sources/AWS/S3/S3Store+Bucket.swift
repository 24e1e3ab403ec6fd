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

  /// Where calls go now: the region that was given, or the one the server named when that was wrong.
  package var region: String { client.region }

  /// Whom the bucket tells of what happens in it. Needs `s3:GetBucketNotification`.
  package func notifications() async throws(StoreError) -> BucketNotifications {
    do throws(ServiceError) {
      return try BucketNotifications(try await client.exchange(question("notification")).body)
    } catch {
      throw error.storeError(.open, bucket)
    }
  }

  /// What becomes of objects that are replaced or removed. Needs `s3:GetBucketVersioning`.
  package func versioning() async throws(StoreError) -> BucketVersioning {
    do throws(ServiceError) {
      let body = try await client.exchange(question("versioning")).body
      guard let root = try? XMLElement(parsing: body), root.name == "VersioningConfiguration" else {
        throw ServiceError.invalidAnswer(detail: "no VersioningConfiguration")
      }
      return switch root["Status"]?.text {
      case "Enabled": .enabled
      case "Suspended": .suspended
      default: .never
      }
    } catch {
      throw error.storeError(.open, bucket)
    }
  }

  /// One of the bucket's own configurations.
  private func question(_ name: String) -> ServiceRequest {
    var request = request(.get, query: [(name, "")])
    request.timeouts = Self.probeTimeouts
    return request
  }
}
