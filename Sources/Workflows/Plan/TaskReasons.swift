import JSON
import Platform

/// Why a task runs, in sentences: what differs from the last attempt, and how that ended.
struct TaskReasons {
    /// The contents of an earlier attempt at the task, if there is one.
    let before: TaskRecord?
    /// The result of the key that cannot be used, if there is one.
    let unusable: StoredResult?

    /// The sentences for a task with these contents.
    ///
    /// - Parameters:
    ///   - isForced: Whether earlier results are not used because a person said so.
    ///   - task: The task in the file.
    ///   - now: The time in milliseconds since 1970.
    func sentences(
        for contents: JSONObject,
        inputs: JSONObject,
        isForced: Bool,
        of task: FlowTask,
        _ reuse: TaskReuse,
        now: Int
    ) -> [String] {
        if isForced { return ["It was asked for, so earlier results are not used."] }
        var sentences = before.map { Self.differences(from: $0, to: contents, inputs) } ?? []
        if sentences.isEmpty, let unusable {
            let age = Double(now - unusable.madeAt) / 1000
            if let expiration = task.cacheExpiration, age >= expiration || age < 0 {
                sentences.append(
                    expiration == 0
                        ? "Its results are never used again (`cache_expiration: 0`)."
                        : "Its result is \(Self.time(age)) old and may be used for "
                            + "\(Self.time(expiration))."
                )
            } else {
                sentences.append("Its result, or a file that it names, was removed or changed.")
            }
        }
        if sentences.isEmpty, let before, before.contents != nil {
            switch before.state {
            case .failed, .crashed, .cancelled:
                let reason = before.reason.map { ": \($0)" } ?? "."
                let verb = before.state == .failed ? "failed" : "was \(before.state.rawValue)"
                let what = before.attempt == 0 ? "It" : "Attempt \(before.attempt)"
                sentences.append("\(what) \(verb)\(reason)")
            default:
                sentences.append(
                    reuse == .sameFlowRun
                        ? "Its results are used by retries of one flow run only."
                        : "There is no result of it that may be used here."
                )
            }
        }
        return sentences.isEmpty ? ["It has not run with these inputs yet."] : sentences
    }

    /// A sentence for each input that counts otherwise than before.
    static func differences(
        from before: TaskRecord,
        to contents: JSONObject,
        _ inputs: JSONObject
    ) -> [String] {
        guard let former = before.contents else { return [] }
        var sentences: [String] = []
        for member in contents.members where former[member.name] != member.value {
            let name = member.name.text
            guard let old = former[member.name] else {
                sentences.append("\(name) is new: \(cut(member.value)).")
                continue
            }
            let (was, now) = excerpts(shown(old), shown(member.value))
            sentences.append("\(name) was \(was), and is \(now).")
        }
        for member in former.members where contents[member.name] == nil {
            sentences.append("\(member.name.text) was \(cut(member.value)), and is not given.")
        }
        return sentences
    }

    /// A value in a sentence; digests are cut.
    private static func shown(_ value: JSONValue) -> String {
        let text = if case .string(let text) = value { text } else { value.compactText }
        let isDigest = text.utf8.count == 64 && text.allSatisfy(\.isHexDigit)
        return isDigest ? "content \(text.prefix(8))" : text
    }

    private static func cut(_ value: JSONValue) -> String {
        let text = shown(value)
        return text.count > 60 ? "\(text.prefix(57))…" : text
    }

    /// Two texts, or what is around their first difference if they are long.
    private static func excerpts(_ old: String, _ new: String) -> (String, String) {
        let most = 60
        guard old.count > most || new.count > most else { return (old, new) }
        let common = zip(old, new).prefix { $0 == $1 }.count
        let start = max(0, common - most / 3)
        func excerpt(_ text: String) -> String {
            let part = text.dropFirst(start).prefix(most - 2)
            let end = start + part.count < text.count ? "…" : ""
            return "\(start > 0 ? "…" : "")\(part)\(end)"
        }
        return (excerpt(old), excerpt(new))
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
