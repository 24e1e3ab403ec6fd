import AWS
import HTTPTransport
import ObjectStore
import Testing

@Suite("Who signs")
struct CallerIdentityTests {
  private static let answer = """
    <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
      <Arn>arn:aws:iam::123456789012:user/ann</Arn><UserId>AIDA</UserId><Account>123456789012</Account>
    </GetCallerIdentityResult></GetCallerIdentityResponse>
    """

  private func service(_ server: ScriptedS3, _ variables: [String: String] = [:]) throws -> SecurityTokenService {
    let home = try TemporaryHome()
    return SecurityTokenService(
      configuration: try home.configuration(variables), credentials: FixedCredentials(), shared: server.shared)
  }

  @Test("The answer is read; the question is signed for STS and goes where the region or the settings say")
  func asked() async throws {
    for (variables, url, scope) in [
      ([:], "https://sts.amazonaws.com/", "/us-east-1/sts/"),
      (["AWS_REGION": "eu-west-1"], "https://sts.eu-west-1.amazonaws.com/", "/eu-west-1/sts/"),
      (["AWS_ENDPOINT_URL": "http://localhost:4566"], "http://localhost:4566/", "/us-east-1/sts/"),
      (
        ["AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_STS": "http://b", "AWS_REGION": "x-1"], "http://b/",
        "/x-1/sts/"
      ),
    ] {
      let server = ScriptedS3 { (_) throws(HTTPError) in .init(body: Self.answer) }
      let caller = try await service(server, variables).callerIdentity()
      #expect(
        caller
          == CallerIdentity(
            account: "123456789012", arn: "arn:aws:iam::123456789012:user/ann", userID: "AIDA"))
      let request = try #require(server.requests.first)
      #expect(request.method == .post)
      #expect(request.url == url)
      #expect(request.text == "Action=GetCallerIdentity&Version=2011-06-15")
      #expect(request.header("authorization")?.contains(scope) == true)
    }
  }

  @Test(
    "Refusals and strangers are told apart",
    arguments: [
      (
        403, "<ErrorResponse><Error><Code>InvalidClientTokenId</Code></Error></ErrorResponse>",
        StoreError.Reason.refusedCredentials(detail: "InvalidClientTokenId")
      ),
      (
        403, "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>",
        .refusedCredentials(detail: "SignatureDoesNotMatch")
      ),
      (403, "<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>", .expiredCredentials),
      (404, "not found", .notFound),
      (
        200, "<ListAllMyBucketsResult/>",
        .unavailable(detail: "the answer is not S3's: no GetCallerIdentityResponse")
      ),
    ])
  func faults(_ status: Int, _ body: String, _ reason: StoreError.Reason) async throws {
    let server = ScriptedS3 { (_) throws(HTTPError) in .init(status: status, body: body) }
    let error = await #expect(throws: StoreError.self) { try await service(server).callerIdentity() }
    #expect(error?.reason == reason)
  }
}
