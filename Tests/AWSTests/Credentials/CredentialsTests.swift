import AWS
import Testing

@Suite("Credentials")
struct CredentialsTests {
  @Test
  func noSecretIsTold() {
    let credentials = Credentials(
      accessKeyID: "AKIA", secretAccessKey: "SENSITIVE", sessionToken: "SENSITIVE", origin: "environment")
    for text in [
      "\(credentials)", String(reflecting: credentials), "\(Mirror(reflecting: credentials).children.map(\.value))",
    ] { #expect(!text.contains("SENSITIVE")) }
  }

  @Test("Nor what they are found in")
  func noSecretOfTheFilesIsTold() throws {
    let home = try TemporaryHome(credentials: "[default]\naws_access_key_id=A\naws_secret_access_key=SENSITIVE\n")
    let environment = home.environment(["AWS_SECRET_ACCESS_KEY": "SENSITIVE"])
    let configuration = try home.configuration()
    var dumped = ""
    dump(environment, to: &dumped)
    dump(configuration, to: &dumped)
    dump(CredentialChain(environment), to: &dumped)
    dump(CredentialCache(CredentialChain(environment)), to: &dumped)
    for text in ["\(environment)", String(reflecting: configuration), "\(CredentialChain(environment))", dumped] {
      #expect(!text.contains("SENSITIVE"))
    }
    #expect(dumped.contains("profileName"))
  }
}
