import FoundationEssentials
import Glibc
public import Logging
import Platform

/// Writes this process's log lines to its own file in `logs/`.
///
/// The file is created with the first line. A line that cannot be written is dropped.
public struct ProcessLog: LogHandler {
    private let file: LogFile
    private let label: String

    /// The metadata written with every line.
    public var metadata: Logger.Metadata = [:]
    /// Lines below this level are dropped.
    public var logLevel: Logger.Level = .info

    init(label: String, file: LogFile) {
        self.label = label
        self.file = file
    }

    /// One value of the metadata.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one line.
    public func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let details =
            all.isEmpty ? "" : " " + all.map { "\($0)=\($1)" }.sorted().joined(separator: " ")
        file.append(level: event.level.rawValue, text: "\(label): \(event.message)\(details)")
    }
}

/// The log file of one process.
final class LogFile: Sendable {
    private struct State {
        var file: Descriptor?
        var byteCount = 0
        /// The last time that was formatted, in seconds, and its text.
        var time = (seconds: Int.min, text: "")
    }

    private let folder: String
    private let state = Guarded(State())

    init(folder: String) {
        self.folder = folder
    }

    private static let maxBytes = 16 << 20

    var path: String { "\(folder)/workbench-\(getpid()).log" }

    func append(level: String, text: String) {
        let (now, text) = (Date(), VisibleText.line(text))
        state.withLock { state in
            let seconds = Int(now.timeIntervalSince1970.rounded(.down))
            if state.time.seconds != seconds { state.time = (seconds, now.ISO8601Format()) }
            let line = "\(state.time.text) \(level) \(text)\n"
            if state.byteCount > Self.maxBytes {
                // One older file is kept.
                try? Files.rename(path, to: "\(path).1")
                state.file = nil
            }
            if state.file == nil {
                state.file = .open(path, O_WRONLY | O_CREAT | O_APPEND)
                state.byteCount = Int(state.file?.status?.byteCount ?? 0)
            }
            _ = state.file?.write(line.utf8)
            state.byteCount += line.utf8.count
        }
    }
}
