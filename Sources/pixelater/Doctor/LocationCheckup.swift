import Console
import Glibc
import Pipeline
import Settings

/// Whether the two locations can be worked with.
struct LocationCheckup: Sendable {
  private let settings: Settings
  private let locations: Locations

  init(session: Session) {
    settings = session.settings
    locations = session.locations
  }

  /// What was found out about one of them.
  private struct End: Sendable {
    /// Nil where the settings name none that can be.
    var location: Location?
    var bucket: BucketExamination?
    var findings: [Finding] = []
  }

  func findings() async -> [Finding] {
    // Both at once: a server that does not answer is waited for once.
    async let examinedSource = examine(.source)
    async let examinedDestination = examine(.destination)
    let source = await examinedSource
    let destination = await examinedDestination
    let buckets = [source.bucket, destination.bucket].compactMap { $0 }

    var findings = CredentialsCheckup.merged(
      source: source.bucket?.credentials, destination: destination.bucket?.credentials)
    // A profile that is not there is the same for both.
    for finding in source.findings + destination.findings where !findings.contains(finding) { findings.append(finding) }
    findings += ClockCheckup.findings(offsets: buckets.filter(\.hasAnswered).map(\.clockOffset))
    if let bucket = source.bucket { findings += EventCheckup.wiring(of: bucket) }
    if let from = source.location, let to = destination.location {
      let overlap = overlap(from, to)
      let loops = EventCheckup.loops(source.bucket, destination.bucket, naming: settings.naming)
      findings += overlap.isWell && loops.contains { !$0.isWell } ? loops : [overlap] + loops
    }
    if case .directory(let path)? = source.location?.place, LocalFile.isFolder(path) { findings.append(watches(path)) }
    return findings
  }

  private func examine(_ role: Locations.Role) async -> End {
    let location: Location
    do throws(LocationsError) {
      location = try locations.location(of: role)
    } catch .access(let detail) {
      return End(findings: [CredentialsCheckup.unusable(detail)])
    } catch {
      return End(findings: [Finding(role.rawValue, "not usable", advice: CommandFailure(error).message)])
    }
    switch location.place {
    case .directory(let path): return End(location: location, findings: check(path, role))
    case .bucket(let name):
      do throws(LocationsError) {
        let access = try locations.buckets.access(for: role)
        let checkup = BucketCheckup(
          bucket: name, location: location, role: role, access: access, settings: settings)
        let bucket = await checkup.examine()
        return End(location: location, bucket: bucket, findings: bucket.findings)
      } catch {
        return End(location: location, findings: [CredentialsCheckup.unusable(CommandFailure(error).message)])
      }
    }
  }

  private func check(_ path: String, _ role: Locations.Role) -> [Finding] {
    let name = role.rawValue
    guard LocalFile.isThere(path) else {
      return [
        Finding(
          name, "\(path): not there",
          advice:
            "mkdir -p '\(path)', or correct \(settings.origin(of: role == .source ? .source : .destination))")
      ]
    }
    guard LocalFile.isFolder(path) else {
      return [Finding(name, "\(path): not a folder", advice: "name a folder as the \(name)")]
    }
    var findings: [Finding] = []
    let isReadable = access(path, R_OK | X_OK) == 0
    let needsWriting = role == .destination && !settings.isReadOnly
    let isWritable = access(path, W_OK | X_OK) == 0
    if !isReadable {
      findings.append(Finding(name, "\(path): not readable", advice: "give this user the right to read and enter it"))
    } else if needsWriting, !isWritable {
      findings.append(
        Finding(name, "\(path): not writable", advice: "give this user the right to write, or work with --read-only"))
    } else {
      findings.append(Finding(name, "\(path): readable" + (isWritable ? " and writable" : "")))
    }
    if role == .destination { findings += space(path) }
    return findings
  }

  private func space(_ path: String) -> [Finding] {
    var status = statvfs()
    guard statvfs(path, &status) == 0, status.f_blocks > 0 else { return [] }
    let free = Int64(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    let detail = "\(Format.bytes(free)) free in the destination"
    var findings = [
      free < 256 << 20
        ? Finding("space", detail, advice: "make room: renditions are as large as their sources, five for each")
        : Finding("space", detail)
    ]
    if status.f_files > 0, status.f_favail < 10_000 {
      findings.append(
        Finding(
          "files", "room for \(Format.grouped(Int(status.f_favail))) more files",
          advice: "remove files, or use a file system with more inodes"))
    }
    return findings
  }

  private func overlap(_ source: Location, _ destination: Location) -> Finding {
    do throws(LocationsError) {
      try Locations.checkApart(source, destination)
      return Finding("loop hazard", "source and destination are apart")
    } catch {
      return Finding(
        "loop hazard", "source and destination overlap", advice: "choose two places of which neither contains the other"
      )
    }
  }

  /// The worker and the console watch every folder of the source.
  private func watches(_ path: String) -> Finding {
    let file = "/proc/sys/fs/inotify/max_user_watches"
    guard let bytes = try? LocalFile.read(file, limit: 64),
      let limit = Int(String(decoding: bytes, as: UTF8.self).filter(\.isNumber))
    else { return Finding("watching", "no inotify here: changes are found by listing again") }
    let folders = FolderCount.count(path, atMost: min(limit, 100_000))
    let detail = "\(Format.count(folders, "folder")) to watch, the system allows \(Format.grouped(limit))"
    return folders >= limit
      ? Finding(
        "watching", detail, advice: "raise fs.inotify.max_user_watches with sysctl; until then changes are found late")
      : Finding("watching", detail)
  }
}

/// How many folders there are.
enum FolderCount {
  /// The folder itself and those below it; links are not followed.
  static func count(_ path: String, atMost limit: Int) -> Int {
    var waiting = [path]
    var count = 0
    while let folder = waiting.popLast(), count < limit {
      count += 1
      guard let stream = opendir(folder) else { continue }
      defer { closedir(stream) }
      while let entry = readdir(stream) {
        guard entry.pointee.d_type == UInt8(DT_DIR) else { continue }
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
          pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { waiting.append(folder + "/" + name) }
      }
    }
    return count
  }
}
