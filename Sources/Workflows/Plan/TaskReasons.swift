import JSON
import Platform

/// Why a task runs, in sentences: what differs from the last attempt, and how that ended.
struct TaskReasons {
    /// The task in the file.
    let task: FlowTask
    /// The flow run with its order.
    let run: FlowRunRecord
    /// An earlier attempt at the task, with what it counted as, if there is one.
    let before: TaskRecord?
    /// How the last attempt ended, if that is why there is no result.
    let ending: TaskEnding?
    /// The newest result of the key, which is not used; nil if there is none.
    let unusable: StoredResult?
    /// Whether earlier results are not used because a person has asked for the task.
    let isAskedFor: Bool

    /// The sentences for a task with these contents.
    ///
    /// - Parameters:
    ///   - reuse: Where its results may be used again.
    ///   - now: The time in milliseconds since 1970.
    func sentences(for contents: JSONObject, _ reuse: TaskReuse, now: Int) -> [String] {
        if isAskedFor { return ["It was asked for, so earlier results are not used."] }
        if ending == nil, run.order.ignoresCache, let unusable, unusable.id <= run.floor {
            return ["Earlier results are not used (`--no-cache`)."]
        }
        let differences = InputDifferences(task).sentences(from: before?.contents, to: contents)
        if !differences.isEmpty { return differences }
        if let ending { return [ending.sentence] }
        if let unusable { return [self.sentence(about: unusable, now: now)] }
        if let before, before.contents != nil, before.state.isSuccessful {
            return [
                reuse == .sameFlowRun
                    ? "Its results are used by retries of one flow run only."
                    : "There is no result of it that may be used here."
            ]
        }
        return ["It had not run with these inputs before."]
    }

    private func sentence(about result: StoredResult, now: Int) -> String {
        let age = Double(now - result.madeAt) / 1000
        guard let expiration = task.cacheExpiration, age >= expiration || age < 0 else {
            return "Its result, or a file that it names, was removed or changed."
        }
        return expiration == 0
            ? "Its results are never used again (`cache_expiration: 0`)."
            : "Its result is \(Self.time(age)) old and may be used for \(Self.time(expiration))."
    }

    /// A time span in its largest unit.
    private static func time(_ seconds: Double) -> String {
        switch abs(seconds) {
        case ..<120: "\(Int(seconds)) s"
        case ..<7200: "\(Int(seconds / 60)) min"
        case ..<172_800: "\(Int(seconds / 3600)) h"
        default: "\(Int(seconds / 86_400)) days"
        }
    }
}
