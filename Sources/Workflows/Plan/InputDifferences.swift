import JSON
import Platform

/// What differs between the inputs of two attempts at a task, in sentences.
struct InputDifferences {
    private let task: FlowTask

    /// Names the task as the file has it now.
    init(_ task: FlowTask) { self.task = task }

    /// A sentence for each input, or each of its files, that counts otherwise than before.
    ///
    /// - Parameter former: What the inputs counted as before; nil if that is not known.
    func sentences(from former: JSONObject?, to contents: JSONObject) -> [String] {
        guard let former else { return [] }
        var sentences: [String] = []
        for member in contents.members where former[member.name] != member.value {
            let name = member.name.text
            guard let old = former[member.name] else {
                sentences.append("\(name) is new: \(Self.cut(member.value))\(source(of: name)).")
                continue
            }
            if let old = Self.files(old), let new = Self.files(member.value) {
                sentences += Self.differences(from: old, to: new)
            } else {
                let (was, now) = Self.excerpts(Self.shown(old), Self.shown(member.value))
                sentences.append("\(name) was \(was), and is \(now)\(source(of: name)).")
            }
        }
        for member in former.members where contents[member.name] == nil {
            if let files = Self.files(member.value) {
                sentences += Self.differences(from: files, to: [])
            } else {
                let was = Self.cut(member.value)
                sentences.append("\(member.name.text) was \(was), and is not given.")
            }
        }
        return sentences
    }

    /// The tasks that yield the value of an input: `, from the output of load`.
    private func source(of name: String) -> String {
        guard let input = task.inputs.first(where: { $0.name == name }) else { return "" }
        let references = input.value.references
        let tasks = task.references.filter { references.contains($0) }
        guard !tasks.isEmpty else { return "" }
        let outputs = tasks.count == 1 ? "output" : "outputs"
        return ", from the \(outputs) of \(tasks.joined(separator: ", "))"
    }

    // MARK: - Files

    private typealias File = (path: String, digest: String)

    /// The files that an input counts as: `[{path: …, digest: …}]`; nil if it is something else.
    private static func files(_ value: JSONValue) -> [File]? {
        guard case .array(let values) = value, !values.isEmpty else { return nil }
        var files: [File] = []
        for case .object(let file) in values {
            guard case .string(let path) = file["path"], case .string(let digest) = file["digest"]
            else { return nil }
            files.append((path, digest))
        }
        return files.count == values.count ? files : nil
    }

    private static func differences(from old: [File], to new: [File]) -> [String] {
        let former = Dictionary(old.map { ($0.path, $0.digest) }) { first, _ in first }
        let paths = Set(new.map(\.path))
        var sentences = new.compactMap { file -> String? in
            guard let digest = former[file.path] else {
                return "The file \(file.path) is new among its inputs."
            }
            guard digest != file.digest else { return nil }
            return "The file \(file.path) changed: its content was \(digest.prefix(8)), and is "
                + "\(file.digest.prefix(8))."
        }
        sentences += old.filter { !paths.contains($0.path) }.map {
            "The file \($0.path) is no longer among its inputs."
        }
        return sentences.isEmpty ? ["The order of its files changed."] : sentences
    }

    // MARK: - Values

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
}
