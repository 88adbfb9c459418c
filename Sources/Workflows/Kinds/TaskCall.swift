import Glibc
public import JSON
import Platform

/// An attempt at a task, as its kind sees it.
public final class TaskCall: Sendable {
    /// The flow run.
    public let flowRun: String
    /// The task, such as `sft[seed=1]`.
    public let task: String
    /// The attempt, from 1.
    public let attempt: Int
    /// The key: the same for every attempt at the same work.
    public let key: String
    /// The inputs, resolved.
    public let inputs: JSONObject
    /// The folder of the flow's file, which paths are relative to.
    public let folder: String
    /// What an earlier attempt has reserved, such as the run that it trains; nil at the first one.
    public let reservation: String?
    /// The run of the tracker that belongs to this task; nil if there is none, as for a task that
    /// trains, which makes its own.
    public let run: String?
    /// The run of the tracker that belongs to the flow run.
    public let parentRun: String?

    /// Stores what a later attempt must know, such as the id of a run, before the work starts.
    public let reserve: @Sendable (String) throws -> Void
    /// Appends a line to the task's log.
    public let log: @Sendable (String) -> Void
    /// Reports progress: a fraction if known, and a phrase such as `step 12 of 40`.
    public let progress: @Sendable (_ fraction: Double?, _ text: String) -> Void
    /// Records the process group of a program that was started, so that it is ended before a later
    /// attempt if this process dies.
    public let started: @Sendable (_ group: Int32) -> Void
    private let seconds: @Sendable () -> Double
    private let makeScratch: @Sendable () throws -> String
    private let takeLock: @Sendable () throws -> Int32?
    private let cancellation: @Sendable () -> Bool

    /// Creates a call from its parts.
    public init(
        flowRun: String,
        task: String,
        attempt: Int,
        key: String,
        inputs: JSONObject,
        folder: String,
        reservation: String? = nil,
        run: String? = nil,
        parentRun: String? = nil,
        grace: @escaping @Sendable () -> Double = { 10 },
        scratch: @escaping @Sendable () throws -> String,
        lock: @escaping @Sendable () throws -> Int32? = { nil },
        reserve: @escaping @Sendable (String) throws -> Void = { _ in },
        started: @escaping @Sendable (Int32) -> Void = { _ in },
        log: @escaping @Sendable (String) -> Void = { _ in },
        progress: @escaping @Sendable (Double?, String) -> Void = { _, _ in },
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) {
        self.flowRun = flowRun
        self.task = task
        self.attempt = attempt
        self.key = key
        self.inputs = inputs
        self.folder = folder
        self.reservation = reservation
        self.run = run
        self.parentRun = parentRun
        seconds = grace
        self.reserve = reserve
        self.started = started
        self.log = log
        self.progress = progress
        makeScratch = scratch
        takeLock = lock
        cancellation = isCancelled
    }

    /// The seconds that a program gets to end by itself when it is cancelled.
    public var grace: Double { seconds() }

    /// The folder for files of this attempt, empty at its start; it is created at the first call.
    public func scratch() throws -> String { try makeScratch() }

    /// The descriptor of the task's lock, for programs that it starts to inherit: as long as one of
    /// them lives, a later attempt waits for its end.
    public func lock() throws -> Int32? { try takeLock() }

    /// Whether the attempt must end: it was cancelled, it took too long, or the process ends.
    public var isCancelled: Bool { cancellation() }

    /// Throws `CancellationError` if the attempt must end.
    public func checkCancellation() throws {
        if isCancelled { throw CancellationError() }
    }

    /// The text of an input; nil if it is not given or no text.
    public func text(_ name: String) -> String? {
        if case .string(let text) = inputs[name] { return text }
        return nil
    }

    /// The absolute path of a path in the flow's file.
    public func path(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(folder)/\(path)"
    }
}

/// What a task has yielded.
public struct TaskResult: Sendable, Equatable {
    /// A file that is kept, and restored when the result is used again.
    public struct File: Sendable, Equatable {
        /// The name in the flow's file: a path below its folder.
        public var name: String
        /// The absolute path where it is now.
        public var path: String

        /// Creates a file.
        public init(name: String, path: String) {
            self.name = name
            self.path = path
        }

        /// Why a file of a name cannot be kept; nil if it can.
        ///
        /// It would be written where the name says when the result is used again.
        package static func fault(in name: String) -> String? {
            FilePaths.isBelowFolder(name)
                ? nil : "\(VisibleText.name(name)) is not below the folder of the flow's file."
        }
    }

    /// The outputs.
    public var outputs: [(name: String, value: FlowValue)]
    /// The files.
    public var files: [File]

    /// Creates a result.
    public init(_ outputs: [(name: String, value: FlowValue)] = [], files: [File] = []) {
        self.outputs = outputs
        self.files = files
    }

    /// Whether both have the same outputs and files.
    public static func == (left: TaskResult, right: TaskResult) -> Bool {
        left.files == right.files && left.outputs.count == right.outputs.count
            && zip(left.outputs, right.outputs).allSatisfy { $0 == $1 }
    }
}
