import Platform
package import Workspace

/// A download in words.
package enum DownloadText {
    /// Such as `smollm2-135m-instruct 41 % of 91.7 MB`.
    package static func line(_ progress: DownloadProgress) -> String {
        let name = progress.model
        switch progress.phase {
        case .connecting: return "\(name): connecting"
        case .downloading:
            let source = progress.source.map { " from \($0)" } ?? ""
            guard let total = progress.totalBytes, total > 0 else {
                return "\(name) \(Figures.bytes(progress.receivedBytes))\(source)"
            }
            let share = Double(progress.receivedBytes) / Double(total)
            return "\(name) \(Figures.percent(share)) of \(Figures.bytes(total))\(source)"
        case .verifying: return "\(name): checking"
        case .finished: return "\(name) is downloaded"
        case .cancelled: return "\(name): cancelled"
        case .failed: return progress.failure?.message ?? "\(name): failed"
        }
    }
}
