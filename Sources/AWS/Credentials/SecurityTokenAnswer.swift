/// What is needed of an answer of STS: credentials, or a fault.
struct SecurityTokenAnswer {
  let accessKeyID: String?
  let secretAccessKey: String?
  let sessionToken: String?
  let expiration: String?
  let code: String?
  let message: String?

  /// Nil for what is no XML, or has a document type: entities are refused with it.
  init?(_ body: [UInt8]) {
    guard let root = try? XMLElement(parsing: body) else { return nil }
    let credentials = root.first("Credentials")
    accessKeyID = credentials?["AccessKeyId"]?.text
    secretAccessKey = credentials?["SecretAccessKey"]?.text
    sessionToken = credentials?["SessionToken"]?.text
    expiration = credentials?["Expiration"]?.text
    let error = root.first("Error")
    code = error?["Code"]?.text
    message = error?["Message"]?.text
  }
}

extension XMLElement {
  /// The first element of this name, itself or anywhere below.
  fileprivate func first(_ name: String) -> XMLElement? {
    if self.name == name { return self }
    for child in children {
      if let found = child.first(name) { return found }
    }
    return nil
  }
}
