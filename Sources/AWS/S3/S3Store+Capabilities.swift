internal import FoundationEssentials
internal import HTTPTransport
package import ObjectStore

extension S3Store: PartitionableStore {}

extension S3Store: PresigningStore {
  /// Seconds that a signature in a URL is good for at most: a week.
  private static let longestLink = 604_800

  package func presignedURL(of key: ObjectKey, seconds: Int) async throws(StoreError) -> PresignedURL {
    do throws(ServiceError) {
      // Without the header of the expected owner: whoever opens the link would have to send it.
      let request = ServiceRequest(.get, path: "/" + PercentEncoding.path(key.string))
      let signed = try await client.presign(request, seconds: min(max(seconds, 1), Self.longestLink))
      return PresignedURL(url: signed.url, expires: signed.expires)
    } catch {
      throw error.storeError(.get, key.string)
    }
  }
}

extension S3Store: TaggedStore {
  package func tags(of key: ObjectKey) async throws(StoreError) -> [ObjectTag] {
    var request = request(.get, key, query: [("tagging", "")])
    request.timeouts = Self.probeTimeouts
    do throws(ServiceError) {
      let root = try XMLElement(answer: try await client.exchange(request).body)
      guard root.name == "Tagging" else { throw ServiceError.invalidAnswer(detail: "no Tagging") }
      return (root["TagSet"]?.children ?? []).filter { $0.name == "Tag" }.map { tag in
        ObjectTag(name: tag["Key"]?.text ?? "", value: tag["Value"]?.text ?? "")
      }
    } catch {
      // Some servers say so of an object without tags.
      if case .refused(let fault) = error, fault.code == "NoSuchTagSet" { return [] }
      throw error.storeError(.tags, key.string)
    }
  }
}
