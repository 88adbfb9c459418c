import Glibc

/// Lets one thread wait until another says that something happened.
final class Condition: @unchecked Sendable {
    // @unchecked because of `hasHappened`: guarded by `mutex`.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var hasHappened = false

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func signal() {
        pthread_mutex_lock(mutex)
        hasHappened = true
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Waits for a signal and takes it.
    func wait() {
        pthread_mutex_lock(mutex)
        while !hasHappened { pthread_cond_wait(condition, mutex) }
        hasHappened = false
        pthread_mutex_unlock(mutex)
    }
}
