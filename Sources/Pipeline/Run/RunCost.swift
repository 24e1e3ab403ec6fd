/// What it roughly costs to have others process the objects of a plan, in US dollars: the prices that AWS publishes for
/// us-east-1, without free tiers and discounts. Traffic within a region is free; workers' machines are not in it.
///
/// An object is taken to need 3 requests of SQS (sent, received, deleted: ten share one where there are many, so this is
/// the most), 10 reads of S3 (1 GET, and looks at the source, its renditions and its record) and 5 writes. A function is
/// taken to run for 0.4 s an object and 0.05 s a megapixel (0.03 s were measured on a processor of a server), with 1,769 MB,
/// and a megapixel to come in 350 kB of file: a JPEG as cameras write it; a PNG has fewer.
package struct RunCost: Hashable, Sendable {
  package var dollars: Double

  enum Price {
    static let queueRequest = 0.40 / 1_000_000
    static let read = 0.0004 / 1000
    static let write = 0.005 / 1000
    static let invocation = 0.20 / 1_000_000
    /// Of an x86 function.
    static let gigabyteSecond = 0.0000166667
  }

  static let queueRequests = 3.0
  static let reads = 10.0
  static let writes = 5.0
  static let secondsPerObject = 0.4
  static let secondsPerMegapixel = 0.05
  static let bytesPerMegapixel = 350_000.0
  static let gigabytes = 1769.0 / 1024

  /// - Returns: nil where this process does it: that costs what it runs on, and the requests.
  package init?(_ plan: Plan, way: RunWay) {
    let objects = Double(plan.objects)
    dollars = objects * (Self.reads * Price.read + Self.writes * Price.write)
    switch way {
    case .local: return nil
    case .queue: dollars += objects * Self.queueRequests * Price.queueRequest
    case .lambda:
      let megapixels = Double(plan.bytes) / Self.bytesPerMegapixel
      let seconds = objects * Self.secondsPerObject + megapixels * Self.secondsPerMegapixel
      dollars += objects * Price.invocation + seconds * Self.gigabytes * Price.gigabyteSecond
    }
  }
}
