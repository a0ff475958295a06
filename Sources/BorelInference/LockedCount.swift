// A counter that several threads may add to.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A counter behind a lock.
public final class LockedCount: @unchecked Sendable {
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private var count = 0

  public init() {
    lock = .allocate(capacity: 1)
    lock.initialize(to: pthread_mutex_t())
    pthread_mutex_init(lock, nil)
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  /// Adds to the count and returns the sum.
  public func add(_ amount: Int) -> Int {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    count += amount
    return count
  }
}
