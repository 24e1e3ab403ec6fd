internal import FoundationEssentials
internal import HTTPTransport
internal import ObjectStore

/// A page of a listing, as it was answered.
struct ListAnswer: Sendable {
  var page = ListPage()
  var isTruncated = false
  var nextToken: String?

  /// Bytes of an answer at most: a thousand of the longest keys, percent-encoded, are 4 MiB.
  private static let maximumBytes = 32 << 20

  /// Reads a page while it arrives.
  static func read(_ body: HTTPResponseBody) async throws(ServiceError) -> ListAnswer {
    let collector = Collector()
    let reader = XMLReader(collector)
    var bytes = 0
    do {
      while let chunk = try await body.next() {
        bytes += chunk.count
        guard bytes <= maximumBytes else { throw XMLReader.Fault.tooLarge }
        try reader.feed(chunk)
      }
      try reader.finish()
    } catch let error as HTTPError {
      throw ServiceError(error)
    } catch {
      throw .invalidAnswer(detail: "a listing that is no XML that can be read")
    }
    return try collector.answer()
  }

  /// Keeps the texts of a page as they come, in one piece of memory, and makes keys of them at the end: only there it is
  /// known whether the server encoded them.
  private final class Collector: XMLHandler {
    private struct Object {
      var key = 0..<0
      var etag = 0..<0
      var size: Int64?
      var date: Date?
    }

    private var result = ListAnswer()
    private var isListing = false
    private var isEncoded = false
    /// An object without size or date was told: left out, it would count as gone.
    private var isIncomplete = false
    private var texts: [UInt8] = []
    private var objects: [Object] = []
    private var prefixes: [Range<Int>] = []
    /// The `Contents` that is being read.
    private var object = Object()
    /// The name that is being made, to spare each an array of its own.
    private var decoded: [UInt8] = []

    func end(_ name: XMLName, depth: Int, text: Span<UInt8>) {
      switch depth {
      case 0: isListing = name == "ListBucketResult"
      case 1: endOfPart(name, text)
      case 2: endOfField(name, text)
      default: break
      }
    }

    /// Within `Contents` or `CommonPrefixes`.
    private func endOfField(_ name: XMLName, _ text: Span<UInt8>) {
      if name == "Key" {
        object.key = keep(text)
      } else if name == "LastModified" {
        object.date = Timestamp.parse(text)
      } else if name == "ETag" {
        object.etag = unquoted(keep(text))
      } else if name == "Size" {
        object.size = Self.number(text)
      } else if name == "Prefix" {
        prefixes.append(keep(text))
      }
    }

    private func endOfPart(_ name: XMLName, _ text: Span<UInt8>) {
      if name == "Contents" {
        if object.size == nil || object.date == nil { isIncomplete = true }
        objects.append(object)
        object = Object()
      } else if name == "IsTruncated" {
        result.isTruncated = Self.string(text) == "true"
      } else if name == "NextContinuationToken" {
        result.nextToken = Self.string(text)
      } else if name == "EncodingType" {
        isEncoded = Self.string(text) == "url"
      }
    }

    private func keep(_ text: Span<UInt8>) -> Range<Int> {
      let start = texts.count
      text.withUnsafeBufferPointer { texts.append(contentsOf: $0) }
      return start..<texts.count
    }

    private func unquoted(_ range: Range<Int>) -> Range<Int> {
      let text = texts[range]
      let quote = UInt8(ascii: "\"")
      return text.count >= 2 && text.first == quote && text.last == quote
        ? range.lowerBound + 1..<range.upperBound - 1 : range
    }

    private static func string(_ text: Span<UInt8>) -> String {
      text.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }

    /// A number of bytes; nil for anything else.
    private static func number(_ text: Span<UInt8>) -> Int64? {
      guard !text.isEmpty else { return nil }
      var number: Int64 = 0
      for index in text.indices {
        let digit = text[index] &- UInt8(ascii: "0")
        let (tens, isLarge) = number.multipliedReportingOverflow(by: 10)
        let (sum, isLarger) = tens.addingReportingOverflow(Int64(digit))
        guard digit <= 9, !isLarge, !isLarger else { return nil }
        number = sum
      }
      return number
    }

    /// - Throws: `invalidAnswer` where it was no listing.
    func answer() throws(ServiceError) -> ListAnswer {
      guard isListing else { throw .invalidAnswer(detail: "no ListBucketResult") }
      guard !isIncomplete else { throw .invalidAnswer(detail: "an object without its size or time") }
      if !result.isTruncated || result.nextToken?.isEmpty == true { result.nextToken = nil }
      result.page.objects.reserveCapacity(objects.count)
      let texts = texts
      for object in objects {
        // A name that no key can have is not one that could be asked for.
        guard let size = object.size, let date = object.date,
          let key = name(texts.span.extracting(object.key)).flatMap({ ObjectKey($0) })
        else { continue }
        let etag = Self.string(texts.span.extracting(object.etag))
        result.page.objects.append(ObjectSummary(key: key, size: size, lastModified: date, etag: etag))
      }
      result.page.commonPrefixes = prefixes.compactMap { name(texts.span.extracting($0)) }
      return result
    }

    /// Nil where it is no text: mended, it would be the name of something else.
    private func name(_ bytes: Span<UInt8>) -> String? {
      decoded.removeAll(keepingCapacity: true)
      if isEncoded, PercentEncoding.decode(bytes, plusIsSpace: true, onto: &decoded) {
        return String(validating: decoded, as: UTF8.self)
      }
      return bytes.withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) }
    }
  }
}
