internal import HTTPTransport
package import ObjectStore

extension S3Store: VersionedStore {
  package func versions(of key: ObjectKey, limit: Int?) async throws(StoreError) -> [ObjectVersion] {
    let limit = limit.map { max(1, $0) } ?? .max
    var versions: [ObjectVersion] = []
    var marker: (key: String, version: String)?
    do throws(ServiceError) {
      while true {
        var query = [("versions", ""), ("encoding-type", "url"), ("prefix", key.string)]
        if limit - versions.count < 1000 { query.append(("max-keys", String(limit - versions.count))) }
        if let marker { query += [("key-marker", marker.key), ("version-id-marker", marker.version)] }
        let answer = try await client.exchange(request(.get, query: query), limit: 8 << 20)
        let page = try VersionPage(answer.body)
        // Keys that begin with this one come after it.
        let own = page.versions.filter { $0.summary.key == key }
        versions += own.prefix(limit - versions.count)
        guard versions.count < limit, let next = page.next, !own.isEmpty, own.count == page.versions.count else {
          return versions.mingled
        }
        if let marker, marker == next { throw .invalidAnswer(detail: "a listing that does not go on") }
        marker = next
      }
    } catch {
      throw error.storeError(.list, key.string)
    }
  }

  package func delete(_ key: ObjectKey, version: String) async throws(StoreError) {
    do throws(ServiceError) {
      _ = try await client.exchange(request(.delete, key, query: [("versionId", version)]))
    } catch {
      let error = error.storeError(.deleteVersion, key.string)
      // What is not there has been removed.
      if error.reason != .notFound { throw error }
    }
  }

  package func restore(_ key: ObjectKey, version: String) async throws(StoreError) -> String {
    let old: ObjectHead
    do throws(ServiceError) {
      old = try ObjectHead(key, try await head(request(.head, key, query: [("versionId", version)])).headers)
    } catch {
      throw error.storeError(.restore, key.string)
    }
    guard old.summary.size <= ObjectVersion.maximumCopyBytes else {
      throw StoreError(
        operation: .restore, key: key.string, reason: .tooLarge(limit: Int(ObjectVersion.maximumCopyBytes)))
    }
    do throws(ServiceError) {
      return try await copy(key, version: version, storageClass: old.storageClass)
    } catch {
      throw error.storeError(.restore, key.string)
    }
  }

  /// CopyObject over the object itself. S3 takes content type, metadata and tags from the version, but not its storage
  /// class.
  private func copy(
    _ key: ObjectKey, version: String, storageClass: String?
  ) async throws(ServiceError) -> String {
    let source = "/\(bucket)/\(PercentEncoding.path(key.string))?versionId=\(PercentEncoding.query(version))"
    var headers = [HTTPField("x-amz-copy-source", source)]
    if let owner = options.expectedOwner { headers.append(HTTPField("x-amz-source-expected-bucket-owner", owner)) }
    if let storageClass { headers.append(HTTPField("x-amz-storage-class", storageClass)) }
    let etag = try await client.answer(to: request(.put, key, headers: headers))["ETag"]?.text ?? ""
    guard !etag.isEmpty else { throw .invalidAnswer(detail: "no ETag for the copy") }
    return ETag.bare(etag)
  }
}

extension [ObjectVersion] {
  /// S3 tells versions and delete markers in one order, the newest first. Some servers tell one kind after the other:
  /// there the times have to say what came when.
  fileprivate var mingled: [ObjectVersion] {
    guard let first, let last, first.isDeleteMarker != last.isDeleteMarker,
      let turn = firstIndex(where: { $0.isDeleteMarker == last.isDeleteMarker }),
      self[turn...].allSatisfy({ $0.isDeleteMarker == last.isDeleteMarker })
    else { return self }
    return enumerated().sorted { a, b in
      if a.element.isLatest != b.element.isLatest { return a.element.isLatest }
      let (time, other) = (a.element.summary.lastModified, b.element.summary.lastModified)
      return time == other ? a.offset < b.offset : time > other
    }.map(\.element)
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
