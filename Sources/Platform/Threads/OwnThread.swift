internal import Dispatch
internal import Synchronization

/// Runs work that blocks or computes on a thread outside the cooperative pool.
///
/// `body` receives a function that returns whether the task was cancelled.
package func onOwnThread<Result: Sendable>(
    _ body: @escaping @Sendable (_ isCancelled: @Sendable () -> Bool) throws -> Result
) async throws -> Result {
    let flag = CancellationFlag()
    return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global(qos: .utility).async {
                continuation.resume(
                    with: Swift.Result { try body { flag.isSet.load(ordering: .relaxed) } }
                )
            }
        }
    } onCancel: {
        flag.isSet.store(true, ordering: .relaxed)
    }
}

private final class CancellationFlag: Sendable {
    let isSet = Atomic(false)
}
