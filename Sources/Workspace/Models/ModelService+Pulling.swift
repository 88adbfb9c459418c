import EventBus
import ModelFiles
import Platform

extension ModelService {
    /// Starts to download a model of the catalogue, reported by `download` events.
    ///
    /// Does not block; a download already in progress continues.
    public func pull(_ name: String) {
        _ = begin(name) { _ in }
    }

    /// Downloads a model of the catalogue.
    ///
    /// Blocks until it is installed.
    ///
    /// - Returns: The path of its file.
    public func pullAndWait(
        _ name: String,
        progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
    ) throws -> String {
        try begin(name, progress: progress).wait()
    }

    /// Cancels a download; the received part is kept.
    ///
    /// Does not block.
    public func cancelPull(_ name: String) {
        pulls.withLock { $0[name] }?.cancel()
    }

    /// Whether a download is in progress.
    var isPulling: Bool { pulls.withLock { !$0.isEmpty } }

    func close() {
        for pull in pulls.withLock({ Array($0.values) }) { pull.cancel() }
        _ = pulls.wait(seconds: 1) { $0.isEmpty ? true : nil }
    }

    private func begin(
        _ name: String,
        progress: @escaping @Sendable (DownloadProgress) -> Void
    ) -> ModelPull {
        let (pull, isNew) = pulls.withLock { pulls in
            if let present = pulls[name] { return (present, false) }
            let pull = ModelPull(name: name)
            pulls[name] = pull
            return (pull, true)
        }
        guard isNew else { return pull }
        let (events, pulls) = (self.events, self.pulls)
        pull.start(store) { step in
            progress(step)
            events.publish(.download(step))
        } ended: {
            pulls.withLock { $0[name] = nil }
            events.publish(.modelsChanged)
        }
        return pull
    }
}
