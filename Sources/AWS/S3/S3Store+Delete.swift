internal import HTTPTransport
package import ObjectStore

extension S3Store {
  /// S3's limit for one call.
  private static let batchSize = 1000

  /// Removes objects by DeleteObjects, a thousand a call; keys that XML cannot hold go one by one.
  package func delete(_ keys: [ObjectKey]) async -> [StoreError] {
    var errors: [StoreError] = []
    var batch: [(key: ObjectKey, text: String)] = []
    for key in keys {
      if let text = XMLText.escaped(key.string) {
        batch.append((key, text))
        guard batch.count == Self.batchSize else { continue }
        errors += await deleteBatch(batch)
        batch = []
      } else {
        do throws(StoreError) { try await delete(key) } catch { errors.append(error) }
      }
    }
    if batch.count == 1 {
      do throws(StoreError) { try await delete(batch[0].key) } catch { errors.append(error) }
    } else if !batch.isEmpty {
      errors += await deleteBatch(batch)
    }
    return errors
  }

  private func deleteBatch(_ batch: [(key: ObjectKey, text: String)]) async -> [StoreError] {
    var text = "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>true</Quiet>"
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
    do throws(ServiceError) {
      let answer = try await client.exchange(request, limit: 4 << 20)
      var errors: [StoreError] = []
      for error in try faults(in: answer.body, status: answer.response.status) {
        // One object of many failed for the moment: by itself, as it is repeated then.
        if error.isTransient, let key = ObjectKey(error.key), batch.contains(where: { $0.key == key }) {
          do throws(StoreError) { try await delete(key) } catch { errors.append(error) }
        } else {
          errors.append(error)
        }
      }
      return errors
    } catch {
      return batch.map { error.storeError(.delete, $0.key.string) }
    }
  }

  /// What could not be removed.
  private func faults(in body: [UInt8], status: Int) throws(ServiceError) -> [StoreError] {
    let root = try XMLElement(answer: body)
    if root.name == "Error" {
      throw .refused(ServiceFault(status: status, code: root["Code"]?.text ?? "", message: root["Message"]?.text ?? ""))
    }
    guard root.name == "DeleteResult" else { throw .invalidAnswer(detail: "no DeleteResult") }
    return root.children.filter { $0.name == "Error" && $0["Code"]?.text != "NoSuchKey" }.map { error in
      ServiceError.refused(
        ServiceFault(status: status, code: error["Code"]?.text ?? "", message: error["Message"]?.text ?? "")
      ).storeError(.delete, error["Key"]?.text ?? "")
    }
  }
}
