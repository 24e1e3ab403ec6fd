import Testing

@testable import Console

@Suite("Names by a part of them")
struct NameMatchTests {
  private let names = ["retry-failed", "refresh", "failed", "half-page-up", "page-up", "reverse-sort"]

  @Test("A beginning goes before a part, a part before letters apart")
  func order() {
    #expect(NameMatch.best(of: names, for: "re") == ["refresh", "retry-failed", "reverse-sort"])
    #expect(NameMatch.best(of: names, for: "fail") == ["failed"])
    #expect(NameMatch.best(of: names, for: "age") == ["half-page-up", "page-up"])
    #expect(NameMatch.best(of: names, for: "rfh") == ["refresh"])
    #expect(NameMatch.best(of: names, for: "fd") == ["failed", "retry-failed"])
    #expect(NameMatch.best(of: ["a-x-b", "a-b"], for: "ab") == ["a-b", "a-x-b"], "closest together first")
    #expect(NameMatch.best(of: names, for: "") == names.sorted())
    #expect(NameMatch.best(of: names, for: "xyz") == [])
  }

  @Test("The shortest part counts, wherever it begins")
  func spans() {
    #expect(NameMatch.span(of: "ab", in: "a-ab") == 2)
    #expect(NameMatch.span(of: "ba", in: "aab") == nil)
    #expect(NameMatch.span(of: "", in: "a") == 0)
    #expect(NameMatch.span(of: "a", in: "") == nil)
  }
}
