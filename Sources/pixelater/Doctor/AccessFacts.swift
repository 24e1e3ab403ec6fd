import AWS
import Console
import FoundationEssentials
import Pipeline
import Settings

/// How the bucket of one location would be reached: what settings, environment and profiles come to. No secret.
struct AccessFacts: Sendable {
  /// Nil: of any bucket; neither location is one.
  var role: Locations.Role?
  /// What stands in the way of all that follows.
  var problem: String?
  var profile: String?
  var region: String?
  var isRegionSet = false
  var endpoint: String?
  var addressing: String?
  /// The account that has to own the bucket.
  var owner: String?
  /// Where the credentials were found; nil where they were not looked for, or are none.
  var credentials: String?
  var expiration: Date?

  /// Of each location that is a bucket, else of buckets as such. Credentials are looked for in the first case alone: that
  /// may ask a server.
  static func all(_ session: Session) async -> [AccessFacts] {
    var all: [AccessFacts] = []
    for role in Locations.Role.allCases {
      do throws(LocationsError) {
        guard case .bucket = try session.locations.location(of: role).place else { continue }
        all.append(await facts(role, session))
      } catch .access(let detail) {
        all.append(AccessFacts(role: role, problem: detail))
      } catch {
        continue
      }
    }
    return all.isEmpty ? [await facts(nil, session)] : all
  }

  private static func facts(_ role: Locations.Role?, _ session: Session) async -> AccessFacts {
    var facts = AccessFacts(role: role)
    let access: Buckets.Access
    do throws(LocationsError) {
      access = try session.locations.buckets.access(for: role)
    } catch {
      facts.problem = CommandFailure(error).message
      return facts
    }
    facts.profile = access.configuration.profileName
    facts.region = access.region
    facts.isRegionSet = access.isRegionSet
    facts.endpoint = access.endpoint.override
    facts.addressing = access.endpoint.addressing.rawValue
    guard let role else { return facts }
    facts.owner = session.settings[role == .source ? .sourceOwner : .destinationOwner]
    do throws(CredentialError) {
      let found = try await access.credentials.credentials()
      facts.credentials = found.origin
      facts.expiration = found.expiration
    } catch {
      facts.problem = error.description
    }
    return facts
  }
}

extension AccessFacts {
  var json: JSON {
    [
      "role": .optional(role?.rawValue), "profile": .optional(profile), "region": .optional(region),
      "regionSet": .bool(isRegionSet), "endpoint": .optional(endpoint), "addressing": .optional(addressing),
      "owner": .optional(owner), "credentials": .optional(credentials),
      "expires": expiration.map { .date($0) } ?? .null,
      "problem": .optional(problem),
    ]
  }

  /// Names and values, for people. Foreign text.
  var rows: [(name: String, value: String)] {
    var rows: [(name: String, value: String)] = []
    if let profile { rows.append(("profile", profile)) }
    if let region {
      rows.append(
        ("region", isRegionSet ? region : "\(region), as nothing sets one; the bucket's server may name another"))
    }
    if let addressing {
      rows.append(("endpoint", endpoint ?? "AWS's own"))
      rows.append(("addressing", addressing))
    }
    if role != nil { rows.append(("owner", owner.map { "account \($0) has to own the bucket" } ?? "not checked")) }
    if let credentials {
      let end = expiration.map { ", good until \(Format.date($0.timeIntervalSince1970)) UTC" } ?? ""
      rows.append(("credentials", "from \(credentials)\(end)"))
    } else if problem == nil {
      rows.append(("credentials", "not looked for: no location is a bucket"))
    }
    if let problem { rows.append((profile == nil ? "problem" : "credentials", problem)) }
    return rows
  }
}
