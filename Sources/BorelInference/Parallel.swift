// Runs independent pieces of work on several threads; results and failures do not depend on how many.

import BorelSemantics

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The results of `body(0)`, …, `body(count - 1)` in this order, computed on up to `threads` threads.
///
/// Pieces are started in ascending order, and when one fails no further ones are started: the failure thrown is that of the lowest
/// index, as on a single thread.
public func parallelMap<Result: Sendable>(
  _ count: Int, threads: Int, _ body: @escaping @Sendable (Int) throws(Failure) -> Result
) throws(Failure) -> [Result] {
  guard threads > 1, count > 1 else {
    var results: [Result] = []
    results.reserveCapacity(max(count, 0))
    for index in 0..<max(count, 0) { results.append(try body(index)) }
    return results
  }
  let pieces = Pieces(count: count, body)
  var others: [pthread_t] = []
  for _ in 1..<min(threads, count) {
    guard let thread = startThread({ pieces.work() }) else { break }
    others.append(thread)
  }
  pieces.work()
  for thread in others { pthread_join(thread, nil) }
  return try pieces.results()
}

/// The queue of pieces that threads take their work from.
private final class Pieces<Result: Sendable>: @unchecked Sendable {
  private let body: @Sendable (Int) throws(Failure) -> Result
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private var next = 0
  private var finished: [Result?]
  private var failure: (index: Int, failure: Failure)?

  init(count: Int, _ body: @escaping @Sendable (Int) throws(Failure) -> Result) {
    self.body = body
    finished = Array(repeating: nil, count: count)
    lock = .allocate(capacity: 1)
    lock.initialize(to: pthread_mutex_t())
    pthread_mutex_init(lock, nil)
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  func work() {
    while let index = take() {
      do throws(Failure) {
        let result = try body(index)
        locked { finished[index] = result }
      } catch {
        locked { if index < failure?.index ?? .max { failure = (index, error) } }
      }
    }
  }

  func results() throws(Failure) -> [Result] {
    if let failure { throw failure.failure }
    return finished.compactMap { $0 }
  }

  private func take() -> Int? {
    var taken: Int?
    locked {
      guard failure == nil, next < finished.count else { return }
      taken = next
      next += 1
    }
    return taken
  }

  private func locked(_ body: () -> Void) {
    pthread_mutex_lock(lock)
    body()
    pthread_mutex_unlock(lock)
  }
}

/// What a new thread is given: a closure behind a reference.
private final class ThreadBody {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// A new thread with a stack as large as that of a main thread, nil where the system has none left.
private func startThread(_ run: @escaping @Sendable () -> Void) -> pthread_t? {
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  defer { pthread_attr_destroy(&attributes) }
  pthread_attr_setstacksize(&attributes, 8 << 20)
  let body = Unmanaged.passRetained(ThreadBody(run))
  #if canImport(Darwin)
  var thread: pthread_t?
  let status = pthread_create(&thread, &attributes, threadMain, body.toOpaque())
  #else
  var thread = pthread_t()
  let status = pthread_create(&thread, &attributes, threadMain, body.toOpaque())
  #endif
  guard status == 0 else {
    body.release()
    return nil
  }
  return thread
}

#if canImport(Darwin)
private func threadMain(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
  Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
  return nil
}
#else
private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  if let argument { Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run() }
  return nil
}
#endif
