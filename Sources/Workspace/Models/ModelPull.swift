import ModelFiles
import Platform

/// A download in progress.
///
/// It runs as a task, since it waits for the network; blocking work has its own threads.
final class ModelPull: Sendable {
    private struct State {
        var task: Task<Void, Never>?
        var result: Result<String, WorkspaceError>?
    }

    let name: String
    private let state = Guarded(State())

    init(name: String) {
        self.name = name
    }

    /// Starts; `progress` is called from any thread, one call at a time, and `ended` last.
    func start(
        _ store: ModelStore,
        progress: @escaping @Sendable (DownloadProgress) -> Void,
        ended: @escaping @Sendable () -> Void
    ) {
        let name = name
        let task = Task { [state] in
            let result: Result<String, WorkspaceError>
            do {
                let model = try await store.pull(name) { step in
                    progress(DownloadProgress(model: name, step))
                }
                let size = Int64(model.byteCount)
                progress(
                    DownloadProgress(
                        model: name,
                        phase: .finished,
                        receivedBytes: size,
                        totalBytes: size
                    )
                )
                result = .success(model.path)
            } catch {
                let failure = WorkspaceError(error)
                let phase: DownloadProgress.Phase =
                    failure.code == .cancelled ? .cancelled : .failed
                progress(DownloadProgress(model: name, phase: phase, failure: failure))
                result = .failure(failure)
            }
            ended()
            state.withLock { $0.result = result }
        }
        state.withLock { $0.task = task }
    }

    func cancel() { state.withLock { $0.task }?.cancel() }

    /// Blocks until the model is installed, and returns its path.
    func wait() throws(WorkspaceError) -> String { try state.wait { $0.result }.get() }
}

extension DownloadProgress {
    fileprivate init(model: String, _ step: PullProgress) {
        var failure: WorkspaceError?
        let phase: Phase
        switch step.phase {
        case .waiting, .connecting: phase = .connecting
        case .receiving: phase = .downloading
        case .checking: phase = .verifying
        case .failed(let reason):
            phase = .connecting
            failure = WorkspaceError(.failed, reason)
        }
        self.init(
            model: model,
            phase: phase,
            source: step.source.isEmpty ? nil : step.source,
            receivedBytes: Int64(step.byteCount),
            totalBytes: step.totalByteCount.map { Int64($0) },
            failure: failure
        )
    }
}
