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
}
