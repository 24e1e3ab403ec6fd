import HTTPTransport
import Testing

@Suite("Header fields")
struct HTTPHeadersTests {
  @Test
  func namesAreFoundInAnyCase() {
    let headers = HTTPHeaders([HTTPField("ETag", "\"a\""), HTTPField("x-amz-meta-a", "1")])
    #expect(headers["etag"] == "\"a\"")
    #expect(headers["X-AMZ-META-A"] == "1")
    #expect(headers["x-amz-meta-b"] == nil)
  }
}
