internal import FoundationEssentials

/// Credentials in JSON, as containers, instances and credential processes give them.
struct CredentialAnswer: Decodable {
  let Version: Int?
  let Code: String?
  let AccessKeyId: String?
  let SecretAccessKey: String?
  /// Of containers and instances.
  let Token: String?
  /// Of processes.
  let SessionToken: String?
  let Expiration: String?

  /// - Throws: `failed`; the answer itself is never shown.
  static func decode(_ body: [UInt8], source: String) throws(CredentialError) -> CredentialAnswer {
    do {
      return try JSONDecoder().decode(CredentialAnswer.self, from: Data(body))
    } catch {
      throw .failed(source: source, detail: "its answer is not the JSON that was expected")
    }
  }

  /// - Parameter origin: where they came from, for people; also names the source in errors.
  func credentials(origin: String) throws(CredentialError) -> Credentials {
    guard let keyID = AccessKeyId, let secret = SecretAccessKey, !keyID.isEmpty, !secret.isEmpty else {
      throw .failed(source: origin, detail: "its answer has no AccessKeyId and SecretAccessKey")
    }
    var date: Date?
    if let text = Expiration, !text.isEmpty {
      guard let parsed = Timestamp.parse(text) else {
        throw .failed(source: origin, detail: "the Expiration in its answer is not a date of ISO 8601")
      }
      date = parsed
    }
    return Credentials(
      accessKeyID: keyID, secretAccessKey: secret, sessionToken: Token ?? SessionToken, expiration: date,
      origin: origin)
  }
}
