internal import Glibc

extension DirectoryStore: WatchableStore {
  /// Changes by whatever hand: this store, another process, a file manager.
  ///
  /// - Throws: `noSuchBucket`, `accessDenied`, or `other` where the system's limits on watching are reached.
  package func changes(prefix: String) throws(StoreError) -> StoreChanges {
    let mailbox = ChangeMailbox()
    do {
      let wake = try Wake()
      // Handed over to the thread whole; nobody else keeps it.
      nonisolated(unsafe) let watch = try FolderWatch(
        root: folder, prefix: Array(prefix.utf8), mailbox: mailbox, wake: wake)
      try startThread { watch.run() }
      return StoreChanges(mailbox: mailbox) { wake.ring() }
    } catch {
      throw Self.watchError(error, folder)
    }
  }

  static func watchError(_ fault: SystemFault, _ root: RootFolder) -> StoreError {
    let limit: String? =
      switch fault.code {
      case ENOSPC: "the limit of watched folders is reached (sysctl fs.inotify.max_user_watches)"
      case EMFILE: "the limit of watchers is reached (sysctl fs.inotify.max_user_instances)"
      default: nil
      }
    guard let limit else { return root.error(fault, .watch) }
    return StoreError(operation: .watch, key: root.path, reason: .other(detail: limit))
  }
}
