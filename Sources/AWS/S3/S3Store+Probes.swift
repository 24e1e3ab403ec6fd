package import FoundationEssentials
internal import HTTPTransport
package import ObjectStore

/// Questions that find out what may be done with a bucket, and change nothing.
extension S3Store {
  /// Shorter than those of work: somebody waits for what is wrong. Two tries end in about the time of one connection.
  static var probeTimeouts: HTTPTimeouts {
    var timeouts = HTTPTimeouts()
    timeouts.connect = .seconds(4)
    timeouts.total = .seconds(5)
    return timeouts
  }

  /// Asks for one key of a listing (`s3:ListBucket`).
  ///
  /// - Parameter prefix: of the location: a policy may allow the listing below it alone.
  package func reach(prefix: String) async -> BucketReach {
    var query = [("list-type", "2"), ("encoding-type", "url"), ("max-keys", "1")]
    if !prefix.isEmpty { query.append(("prefix", prefix)) }
    var request = request(.get, query: query)
    request.timeouts = Self.probeTimeouts
    let start = client.shared.now()
    do throws(ServiceError) {
      let answer = try await client.exchange(request)
      let time = answer.response.headers["date"].flatMap { HTTPDate.date(of: $0) }
      var reach = BucketReach(
        error: nil, region: answer.response.headers["x-amz-bucket-region"] ?? client.region,
        clockOffset: clockOffset(time, since: start))
      guard let root = try? XMLElement(parsing: answer.body), root.name == "ListBucketResult" else {
        reach.error = ServiceError.invalidAnswer(detail: "no ListBucketResult").storeError(.list, prefix)
        return reach
      }
      return reach
    } catch {
      var reach = BucketReach(error: error.storeError(.list, prefix), region: client.region)
      if case .refused(let fault) = error {
        reach.clockOffset = clockOffset(fault.serverTime, since: start)
        reach.region = fault.region ?? client.region
      }
      return reach
    }
  }

  /// Asks for the first byte of an object (`s3:GetObject`).
  ///
  /// - Parameter key: of an object that is not there: S3 says so to those alone who may read it and list the bucket, and
  ///   denies access to all others.
  package func mayGet(_ key: ObjectKey) async -> Permission {
    var request = request(.get, key, headers: [HTTPField("Range", "bytes=0-0")])
    request.timeouts = Self.probeTimeouts
    do throws(ServiceError) {
      _ = try await client.exchange(request)
      return .granted
    } catch {
      let error = error.storeError(.get, key.string)
      return switch error.reason {
      case .notFound, .invalidRange: .granted
      case .accessDenied: .denied
      default: .unknown(error)
      }
    }
  }

  /// Puts nothing over an object whose ETag is one that none can have (`s3:PutObject`; S3 wants `s3:GetObject` as well for
  /// a PUT with `If-Match`). It cannot succeed; where a server does not heed the condition, what it stored is removed.
  ///
  /// - Parameter key: of an object that is not there.
  package func mayPut(_ key: ObjectKey) async -> Permission {
    var request = request(.put, key, headers: [HTTPField("If-Match", ETag.quoted("no-such-object"))])
    request.timeouts = Self.probeTimeouts
    do throws(ServiceError) {
      _ = try await client.exchange(request)
    } catch {
      let error = error.storeError(.put, key.string)
      return switch error.reason {
      case .notFound, .preconditionFailed: .granted
      case .accessDenied: .denied
      default: .unknown(error)
      }
    }
    do throws(StoreError) {
      try await delete(key)
      return .granted
    } catch {
      return .grantedLeaving(error)
    }
  }

  /// The header tells whole seconds, rounded down, of some moment between the question and now.
  private func clockOffset(_ time: Date?, since start: Date) -> TimeInterval? {
    guard let time else { return nil }
    let middle = start.addingTimeInterval(client.shared.now().timeIntervalSince(start) / 2)
    return time.addingTimeInterval(0.5).timeIntervalSince(middle)
  }
}

/// What the first question to a bucket came to.
package struct BucketReach: Sendable {
  /// Nil: it is there, and may be listed.
  package var error: StoreError?
  /// Where it is, as the server says; else where it was asked. Foreign text.
  package var region: String
  /// Seconds that the server's clock is ahead of ours, to about a second; nil where it does not tell its time.
  package var clockOffset: TimeInterval?
}

/// Whether something may be done.
package enum Permission: Hashable, Sendable {
  case granted
  case denied
  /// The question came to something else.
  case unknown(StoreError)
  /// The server stored what it was only asked about, and does not remove it.
  case grantedLeaving(StoreError)
}
