internal import HTTPTransport
package import ObjectStore

extension S3Store {
  /// S3's limit for one call.
  private static let batchSize = 1000

  package func delete(_ key: ObjectKey) async throws(StoreError) {
    if let error = await remove(key).error { throw error }
  }

  /// Removes objects by DeleteObjects, a thousand a call; keys that XML cannot hold go one by one.
  package func delete(_ keys: [ObjectKey]) async -> [StoreError] {
    await remove(keys, isQuiet: true).compactMap(\.error)
  }

  package func remove(_ keys: [ObjectKey]) async -> [Removal] { await remove(keys, isQuiet: false) }

  /// - Parameter isQuiet: nobody wants to know of delete markers, so that the server tells of faults alone.
  private func remove(_ keys: [ObjectKey], isQuiet: Bool) async -> [Removal] {
    var removals: [Removal] = []
    removals.reserveCapacity(keys.count)
    var rest = keys[...]
    while !rest.isEmpty {
      let part = Array(rest.prefix(Self.batchSize))
      rest = rest.dropFirst(part.count)
      let texts = part.map { XMLText.escaped($0.string) }
      let batch = zip(part, texts).compactMap { key, text in text.map { (key: key, text: $0) } }
      if batch.count < 2 {
        for key in part { removals.append(await remove(key)) }
        continue
      }
      let told: [ObjectKey: Removal]
      var hasFailed = false
      do throws(ServiceError) {
        told = try await removeBatch(batch, isQuiet: isQuiet)
      } catch {
        told = Dictionary(
          batch.map { ($0.key, Removal(key: $0.key, error: error.storeError(.delete, $0.key.string))) }
        ) { first, _ in first }
        hasFailed = true
      }
      for (key, text) in zip(part, texts) {
        let removal = told[key] ?? Removal(key: key)
        // One object of many that failed for the moment: by itself, as it is repeated then.
        let isToRepeat = !hasFailed && removal.error?.isTransient == true
        removals.append(text == nil || isToRepeat ? await remove(key) : removal)
      }
    }
    return removals
  }

  private func remove(_ key: ObjectKey) async -> Removal {
    do throws(ServiceError) {
      let headers = try await client.exchange(request(.delete, key)).response.headers
      return Removal(key: key, marker: headers["x-amz-delete-marker"] == "true" ? headers["x-amz-version-id"] : nil)
    } catch {
      let error = error.storeError(.delete, key.string)
      // What is not there has been removed.
      return Removal(key: key, error: error.reason == .notFound ? nil : error)
    }
  }

  /// - Returns: what was told; of what the server does not name, nothing.
  private func removeBatch(
    _ batch: [(key: ObjectKey, text: String)], isQuiet: Bool
  ) async throws(ServiceError) -> [ObjectKey: Removal] {
    var text = "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>\(isQuiet)</Quiet>"
    for entry in batch { text += "<Object><Key>\(entry.text)</Key></Object>" }
    text += "</Delete>"
    let body = Array(text.utf8)
    let digest = SHA256Digest(of: body)
    var request = request(
      .post, query: [("delete", "")],
      headers: [
        HTTPField("Content-Type", "application/xml"), HTTPField("Content-MD5", MD5Digest(of: body).base64),
        HTTPField("x-amz-checksum-sha256", digest.base64),
      ])
    request.body = .bytes(body)
    request.payload = .sha256(digest.hexadecimal)
    // A thousand keys of 1,024 bytes, each of which may stand as six.
    let answer = try await client.exchange(request, limit: 8 << 20)
    return try removals(in: answer.body, of: batch.map(\.key), status: answer.response.status)
  }

  private func removals(
    in body: [UInt8], of keys: [ObjectKey], status: Int
  ) throws(ServiceError) -> [ObjectKey: Removal] {
    let root = try XMLElement(answer: body)
    func fault(_ element: XMLElement) -> ServiceError {
      .refused(
        ServiceFault(status: status, code: element["Code"]?.text ?? "", message: element["Message"]?.text ?? ""))
    }
    if root.name == "Error" { throw fault(root) }
    guard root.name == "DeleteResult" else { throw .invalidAnswer(detail: "no DeleteResult") }
    let asked = Set(keys)
    var removals: [ObjectKey: Removal] = [:]
    var deleted: Set<ObjectKey> = []
    var unmatched: ServiceError?
    for element in root.children {
      let key = (element["Key"]?.text).flatMap { ObjectKey($0) }
      if element.name == "Error", element["Code"]?.text != "NoSuchKey" {
        guard let key, asked.contains(key) else {
          unmatched = fault(element)
          continue
        }
        removals[key] = Removal(key: key, error: fault(element).storeError(.delete, key.string))
      } else if element.name == "Deleted", let key, asked.contains(key) {
        deleted.insert(key)
        guard element["DeleteMarker"]?.text == "true" else { continue }
        removals[key] = Removal(key: key, marker: element["DeleteMarkerVersionId"]?.text)
      }
    }
    // A fault of something else than was asked for may be of any key that is not told of.
    if let unmatched {
      for key in keys where removals[key] == nil && !deleted.contains(key) {
        removals[key] = Removal(key: key, error: unmatched.storeError(.delete, key.string))
      }
    }
    return removals
  }
}
