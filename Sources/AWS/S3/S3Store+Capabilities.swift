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

extension S3Store: VersionedStore {
  package func versions(of key: ObjectKey) async throws(StoreError) -> [ObjectVersion] {
    var versions: [ObjectVersion] = []
    var marker: (key: String, version: String)?
    do throws(ServiceError) {
      while true {
        var query = [("versions", ""), ("encoding-type", "url"), ("prefix", key.string)]
        if let marker { query += [("key-marker", marker.key), ("version-id-marker", marker.version)] }
        let answer = try await client.exchange(request(.get, query: query), limit: 8 << 20)
        let page = try VersionPage(answer.body)
        // Keys that begin with this one come after it.
        let own = page.versions.filter { $0.summary.key == key }
        versions += own
        guard let next = page.next, !own.isEmpty, own.count == page.versions.count else { return versions }
        if let marker, marker == next { throw .invalidAnswer(detail: "a listing that does not go on") }
        marker = next
      }
    } catch {
      throw error.storeError(.list, key.string)
    }
  }
}

/// A page of ListObjectVersions.
private struct VersionPage {
  var versions: [ObjectVersion] = []
  var next: (key: String, version: String)?

  init(_ body: [UInt8]) throws(ServiceError) {
    let root = try XMLElement(answer: body)
    let isEncoded = root["EncodingType"]?.text == "url"
    func text(_ element: XMLElement?) -> String {
      let text = element?.text ?? ""
      guard isEncoded, let decoded = PercentEncoding.decode(text, plusIsSpace: true) else { return text }
      return String(decoding: decoded, as: UTF8.self)
    }
    for element in root.children where element.name == "Version" || element.name == "DeleteMarker" {
      let date = (element["LastModified"]?.text).flatMap(Timestamp.parse)
      guard let key = ObjectKey(text(element["Key"])), let date else { continue }
      versions.append(
        ObjectVersion(
          id: element["VersionId"]?.text ?? "null",
          summary: ObjectSummary(
            key: key, size: (element["Size"]?.text).flatMap { Int64($0) } ?? 0, lastModified: date,
            etag: ETag.bare(element["ETag"]?.text ?? "")),
          isLatest: element["IsLatest"]?.text == "true", isDeleteMarker: element.name == "DeleteMarker"))
    }
    if root["IsTruncated"]?.text == "true" {
      next = (text(root["NextKeyMarker"]), root["NextVersionIdMarker"]?.text ?? "")
    }
  }
}
