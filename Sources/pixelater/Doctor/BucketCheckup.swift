import AWS
import Console
import ObjectStore
import Pipeline
import Settings

/// What was found out about the bucket of one location.
struct BucketExamination: Sendable {
  var location: Location
  var credentials: Finding
  /// In the order in which they are told, the credentials' left out.
  var findings: [Finding] = []
  /// Whether there was an answer at all.
  var hasAnswered = false
  /// Seconds that the server's clock is ahead of ours.
  var clockOffset: Double?
  /// Nil where the bucket was not asked.
  var notifications: Result<BucketNotifications, StoreError>?
}

/// Whether the bucket of one location can be worked with. Asks what a run would need, and writes nothing.
struct BucketCheckup: Sendable {
  private let bucket: String
  private let location: Location
  private let role: Locations.Role
  private let endpoint: S3Endpoint
  private let askedRegion: String
  private let owner: String?
  private let origin: Origin
  private let isReadOnly: Bool
  private let store: S3Store
  private let credentials: CredentialsCheckup

  init(bucket: String, location: Location, role: Locations.Role, access: Buckets.Access, settings: Settings) {
    self.bucket = bucket
    self.location = location
    self.role = role
    endpoint = access.endpoint
    askedRegion = access.region
    origin = settings.origin(of: role == .source ? .source : .destination)
    owner = settings[role == .source ? .sourceOwner : .destinationOwner]
    isReadOnly = settings.isReadOnly
    // Somebody waits: a server that is down is asked once more at most.
    var shared = access.shared
    shared.backoff.maximumAttempts = min(shared.backoff.maximumAttempts, 2)
    var options = S3Store.Options()
    options.expectedOwner = owner
    store = S3Store(
      bucket: bucket, endpoint: access.endpoint, region: access.region, credentials: access.credentials,
      shared: shared, options: options)
    credentials = CredentialsCheckup(
      configuration: access.configuration, endpoint: access.endpoint, credentials: access.credentials, shared: shared)
  }

  private var name: String { role.rawValue }
  private var server: String { endpoint.override ?? "AWS" }

  func examine() async -> BucketExamination {
    let found = await credentials.find()
    guard case .credentials = found else {
      var examination = BucketExamination(
        location: location, credentials: CredentialsCheckup.finding(found, .untold, refusal: nil))
      examination.findings = [unasked]
      return examination
    }
    async let askedIdentity = credentials.identity()
    let reach = await store.reach(prefix: location.prefix)
    let identity = await askedIdentity

    var refusal: StoreError?
    switch reach.error?.reason {
    case .refusedCredentials, .expiredCredentials, .noCredentials: refusal = reach.error
    default: break
    }
    var examination = BucketExamination(
      location: location, credentials: CredentialsCheckup.finding(found, identity, refusal: refusal))
    examination.clockOffset = reach.clockOffset
    examination.hasAnswered = reach.clockOffset != nil || reach.error == nil
    if refusal != nil {
      examination.findings = [unasked]
      return examination
    }
    let isListed: Bool
    switch reach.error?.reason {
    case nil: isListed = true
    case .accessDenied: isListed = false
    default:
      examination.findings = [unreached(reach)]
      return examination
    }
    examination.findings = [reached(reach), listing(isListed)]
    await examineRest(&examination, isListed: isListed)
    return examination
  }

  private func examineRest(_ examination: inout BucketExamination, isListed: Bool) async {
    // Below the location's prefix, as a policy may allow that alone; none of ours are ever there.
    let key = ObjectKey(location.prefix + ".pixelater/doctor")
    async let askedGet = mayGet(key)
    async let askedPut = role == .destination && !isReadOnly ? mayPut(key) : nil
    async let askedVersioning = role == .destination ? versioning() : nil
    async let askedNotifications = notifications()
    let get = await askedGet
    let put = await askedPut
    let versions = await askedVersioning
    examination.notifications = await askedNotifications

    if let get { examination.findings.append(reading(get, isListed: isListed)) }
    if role == .destination {
      if isReadOnly {
        examination.findings.append(Finding("\(name) write", "not asked: nothing will be written"))
      } else if let put {
        examination.findings.append(writing(put, mayRead: get == .granted, isListed: isListed))
      }
    }
    if let versions { examination.findings.append(versions) }
  }

  private func mayGet(_ key: ObjectKey?) async -> Permission? {
    guard let key else { return nil }
    return await store.mayGet(key)
  }

  private func mayPut(_ key: ObjectKey?) async -> Permission? {
    guard let key else { return nil }
    return await store.mayPut(key)
  }

  private func notifications() async -> Result<BucketNotifications, StoreError> {
    do throws(StoreError) {
      return .success(try await store.notifications())
    } catch {
      return .failure(error)
    }
  }

  private func versioning() async -> Finding {
    let check = "versioning"
    do throws(StoreError) {
      switch try await store.versioning() {
      case .never: return Finding(check, "off: a rendition that is written again replaces the old one")
      case .suspended: return Finding(check, "suspended: versions kept before are still there")
      case .enabled:
        return .note(
          check, "on: each rendition that is written again keeps the old one",
          advice: "a lifecycle rule that expires noncurrent versions keeps the bucket from growing; for B in the "
            + "console, which brings back what was deleted, allow s3:ListBucketVersions and s3:DeleteObjectVersion on it"
        )
      }
    } catch {
      return error.reason == .accessDenied
        ? .note(check, "not known", advice: "allow s3:GetBucketVersioning on \(bucketARN) to see it")
        : Finding(check, "the server does not tell")
    }
  }
}

// What is said of the answers.
extension BucketCheckup {
  private var partition: String {
    if askedRegion.hasPrefix("cn-") { return "aws-cn" }
    return askedRegion.hasPrefix("us-gov-") ? "aws-us-gov" : "aws"
  }

  private var bucketARN: String { "arn:\(partition):s3:::\(bucket)" }
  private var objectsARN: String { "\(bucketARN)/\(location.prefix)*" }

  private var unasked: Finding {
    Finding(
      name, "\(location) at \(server): not asked", advice: "mend the credentials first, see above")
  }

  private func unreached(_ reach: BucketReach) -> Finding {
    guard let error = reach.error else { return reached(reach) }
    switch error.reason {
    case .noSuchBucket, .notFound:
      return Finding(
        name, "there is no bucket \(bucket) at \(server)", advice: "create it, or correct \(origin)")
    case .wrongRegion(let region?):
      return Finding(name, "\(location): in the region \(region)", advice: "set it: \(regionSetting) = \"\(region)\"")
    default:
      return Finding(name, "\(location): not reached at \(server)", advice: explanation(of: error))
    }
  }

  private func reached(_ reach: BucketReach) -> Finding {
    let detail = "\(location) at \(server), region \(reach.region)"
    guard store.region != askedRegion else { return Finding(name, detail) }
    return .note(
      name, detail + ", and not \(askedRegion)",
      advice: "set \(regionSetting) = \"\(store.region)\", which saves asking in the wrong one first")
  }

  private var regionSetting: String {
    (role == .source ? SettingKey.sourceRegion : .destinationRegion).rawValue
  }

  private func listing(_ isAllowed: Bool) -> Finding {
    let check = "\(name) list"
    if isAllowed { return Finding(check, "allowed") }
    let ownership = owner.map { "; or the bucket is not account \($0)'s, as \(name)_owner says" } ?? ""
    return Finding(check, "denied", advice: "allow s3:ListBucket on \(bucketARN)\(ownership)")
  }

  private func reading(_ permission: Permission, isListed: Bool) -> Finding {
    let check = "\(name) read"
    switch permission {
    case .granted, .grantedLeaving: return Finding(check, "allowed")
    case .denied where !isListed:
      // Who may not list is not told that an object is not there.
      return Finding(check, "cannot be told from outside without s3:ListBucket")
    case .denied: return Finding(check, "denied", advice: "allow s3:GetObject on \(objectsARN)")
    case .unknown(let error): return unknown(check, error)
    }
  }

  private func writing(_ permission: Permission, mayRead: Bool, isListed: Bool) -> Finding {
    let check = "\(name) write"
    switch permission {
    case .granted: return Finding(check, "allowed")
    case .grantedLeaving(let error):
      return Finding(
        check, "allowed, but what was written cannot be removed (\(explanation(of: error)))",
        advice: "allow s3:DeleteObject on \(objectsARN), and delete \(location.prefix).pixelater/doctor")
    case .denied where !isListed:
      return Finding(check, "cannot be told from outside without s3:ListBucket")
    case .denied:
      let actions = mayRead ? "s3:PutObject" : "s3:PutObject and s3:GetObject"
      return Finding(check, "denied", advice: "allow \(actions) on \(objectsARN), or work with --read-only")
    case .unknown(let error): return unknown(check, error)
    }
  }

  /// A server that has no such thing is no fault; one that does not answer is.
  private func unknown(_ check: String, _ error: StoreError) -> Finding {
    error.isTransient
      ? Finding(check, "not known", advice: explanation(of: error))
      : Finding(check, "the server does not tell: \(explanation(of: error))")
  }
}
