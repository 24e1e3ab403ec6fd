import Console
import Glibc
import Pipeline
import Settings

/// Whether the two locations can be worked with.
struct LocationCheckup {
  let session: Session

  var findings: [Finding] {
    var findings: [Finding] = []
    var found: [Locations.Role: Location] = [:]
    for role in Locations.Role.allCases {
      do throws(LocationsError) {
        let location = try session.locations.location(of: role)
        found[role] = location
        findings += check(location, role)
      } catch {
        findings.append(Finding(role.rawValue, "not usable", advice: CommandFailure(error).message))
      }
    }
    if let source = found[.source], let destination = found[.destination] {
      findings.append(overlap(source, destination))
    }
    if case .directory(let path)? = found[.source]?.place, LocalFile.isFolder(path) { findings.append(watches(path)) }
    return findings
  }

  private func check(_ location: Location, _ role: Locations.Role) -> [Finding] {
    let name = role.rawValue
    guard case .directory(let path) = location.place else {
      return [
        Finding(name, location.description, advice: "this build opens folders only, not S3; give a folder")
      ]
    }
    guard LocalFile.isThere(path) else {
      return [
        Finding(
          name, "\(path): not there",
          advice:
            "mkdir -p '\(path)', or correct \(session.settings.origin(of: role == .source ? .source : .destination))")
      ]
    }
    guard LocalFile.isFolder(path) else {
      return [Finding(name, "\(path): not a folder", advice: "name a folder as the \(name)")]
    }
    var findings: [Finding] = []
    let isReadable = access(path, R_OK | X_OK) == 0
    let needsWriting = role == .destination && !session.settings.isReadOnly
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
