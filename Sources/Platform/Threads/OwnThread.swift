internal import Dispatch
internal import Synchronization

/// Runs work that blocks or computes on a thread that is not of the cooperative pool.
///
/// `body` gets a function that says whether the task was cancelled.
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
