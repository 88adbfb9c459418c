internal import Glibc

/// A value behind a lock; threads can wait for its changes.
///
/// `@unchecked` because the value is only touched between lock and unlock.
package final class Guarded<Value>: @unchecked Sendable {
    private var value: Value
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>

    package init(_ value: Value) {
        self.value = value
        mutex = .allocate(capacity: 1)
        changed = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// Which waiting threads a change concerns.
    package enum Waking {
        /// Every one.
        case all
        /// Any one: all wait for the same, and one of them can take it.
        case one
        /// None.
        case none
    }

    /// Reads or changes the value, and wakes waiting threads.
    package func withLock<Result>(
        waking: Waking = .all,
        _ body: (inout Value) throws -> Result
    ) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer {
            switch waking {
            case .all: pthread_cond_broadcast(changed)
            case .one: pthread_cond_signal(changed)
            case .none: break
            }
            pthread_mutex_unlock(mutex)
        }
        return try body(&value)
    }

    /// Reads the value, which wakes no thread.
    package func read<Result>(_ body: (Value) throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(value)
    }

    /// Blocks until `take` returns a value, calling it again after every change.
    package func wait<Result>(for take: (inout Value) -> Result?) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = take(&value) { return result }
            pthread_cond_wait(changed, mutex)
        }
    }

    /// Blocks until `take` returns a value or the time is over.
    package func wait<Result>(seconds: Double, for take: (inout Value) -> Result?) -> Result? {
        var deadline = timespec()
        clock_gettime(CLOCK_MONOTONIC, &deadline)
        let nanoseconds = deadline.tv_nsec + Int(seconds * 1e9)
        deadline.tv_sec += nanoseconds / 1_000_000_000
        deadline.tv_nsec = nanoseconds % 1_000_000_000
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = take(&value) { return result }
            guard pthread_cond_timedwait(changed, mutex, &deadline) == 0 else {
                return take(&value)
            }
        }
    }
}
