package import Platform

/// A command to run as a run of the tracker.
package struct ScriptRequest: Sendable {
    /// The program and its arguments.
    package var command: [String]
    /// The name of the run; nil: that of the script or program.
    package var runName: String?
    /// The name of the experiment; nil: the default one.
    package var experiment: String?
    /// How many times the command is started again after a failure.
    package var retries = 0
    /// The wait before it is started again, in seconds.
    package var retryDelay = 0.0
    /// The longest time of an attempt in seconds, without pauses; nil for no limit.
    package var timeout: Double?
    /// The seconds that it gets to end by itself when it is stopped.
    package var grace = 10.0
    /// The conditions that raise alerts.
    package var alerts: [ScriptAlert] = []
    /// Variables for its environment.
    package var environment: [String: String] = [:]
    /// Called with the bytes of its output, as they are read.
    package var tap: (@Sendable (OutputLine.Stream, UnsafeRawBufferPointer) -> Void)?

    package init(command: [String]) { self.command = command }

    /// The name of the run, if none was given: `train` for `python -u scripts/train.py --lr 0.1`.
    package var defaultName: String {
        let scripts = command.dropFirst().filter { word in
            !word.hasPrefix("-") && word.utf8.count < 200
                && [".py", ".sh", ".jl", ".R", ".rb", ".js", ".pl"].contains { word.hasSuffix($0) }
        }
        let path = scripts.first ?? command.first ?? ""
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        guard scripts.first != nil, let dot = name.lastIndex(of: "."), dot > name.startIndex else {
            return name.isEmpty ? "command" : name
        }
        return String(name[..<dot])
    }
}

/// How a watched command ended.
package struct ScriptOutcome: Sendable, Equatable {
    /// The run.
    package var run: String
    /// `finished`, `stopped` or `failed`.
    package var status: RunCondition
    /// The exit status of the command, of its last attempt; 128 and the number of a signal that
    /// ended it.
    package var exitStatus: Int32
    /// The number of attempts.
    package var attempts: Int
    /// Why it failed.
    package var failure: RunError?
}
