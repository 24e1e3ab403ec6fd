import Glibc

/// Messages from other threads to the loop.
///
/// Unchecked: `messages` and `isOpen` are only touched with `mutex` held. (`Synchronization.Mutex` shows up as false races
/// under ThreadSanitizer on Linux.)
final class Mailbox<Message: Sendable>: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var messages: [Message] = []
  private var isOpen = true
  private let wakeup: Wakeup

  init(wakeup: Wakeup) {
    self.wakeup = wakeup
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// From any thread; after `close` it does nothing. Only the first message of a batch has to wake the loop.
  func post(_ message: Message) {
    let isFirst = locked {
      guard isOpen else { return false }
      messages.append(message)
      return messages.count == 1
    }
    if isFirst { wakeup.wake() }
  }

  func takeAll() -> [Message] {
    locked {
      let taken = messages
      messages = []
      return taken
    }
  }

  func close() {
    locked {
      isOpen = false
      messages = []
    }
  }

  private func locked<R>(_ body: () -> R) -> R {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }
}
