import JSON
import Platform

/// Reads a stage of a `dvc.yaml`, or the several that `foreach` or `matrix` make of it.
struct DVCStageReader {
    private let folder: String
    private let variables: JSONObject
    private let faults: DocumentFaults

    init(folder: String, _ variables: JSONObject, _ faults: DocumentFaults) {
        self.folder = folder
        self.variables = variables
        self.faults = faults
    }

    /// The stages of an entry.
    func stages(_ entry: DocumentNode.Entry) -> [DVCStage] {
        let node = entry.value
        guard let entries = node.mapping else {
            faults.add(node.position, "A stage has names with values, such as `cmd`.")
            return []
        }
        if let loop = node["foreach"] {
            DVCKeys.loop.check(entries, node.position, faults)
            guard let body = node["do"] else { return [] }
            return items(of: loop).map { stage($0.name, entry, body, $0.variables) }
        }
        DVCKeys.stage.check(entries, node.position, faults)
        guard let matrix = node["matrix"] else { return [stage(nil, entry, node, [])] }
        return combinations(of: matrix).map { stage($0.name, entry, node, $0.variables) }
    }

    private typealias Item = (name: String, variables: [(name: JSONName, value: JSONValue)])

    private func items(of node: DocumentNode) -> [Item] {
        switch DVCInterpolation(variables, faults).value(node) {
        case .array(let list):
            return list.enumerated().map { place, item in
                (Self.name(of: item) ?? String(place), [(JSONName("item"), item)])
            }
        case .object(let object):
            return object.members.map { member in
                let key = member.name.text
                return (key, [(JSONName("item"), member.value), (JSONName("key"), .string(key))])
            }
        default:
            faults.add(node.position, "`foreach` needs a list, or names with values.")
            return []
        }
    }

    private func combinations(of node: DocumentNode) -> [Item] {
        var items: [(texts: [String], members: [(name: JSONName, value: JSONValue)])] = [([], [])]
        for entry in node.mapping ?? [] {
            let value = DVCInterpolation(variables, faults).value(entry.value)
            guard case .array(let list) = value, !list.isEmpty else {
                let name = DocumentFaults.quoted(entry.name)
                faults.add(entry.value.position, "\(name) must be a list with values.")
                continue
            }
            guard items.count * list.count <= FlowFileReader.maxTasks else {
                faults.add(node.position, "The matrix has more than 10,000 combinations.")
                return []
            }
            items = items.flatMap { item in
                list.enumerated().map { place, value in
                    let text = Self.name(of: value) ?? "\(entry.name)\(place)"
                    return (item.texts + [text], item.members + [(JSONName(entry.name), value)])
                }
            }
        }
        return items.map { item in
            let name = item.texts.joined(separator: "-")
            var object = JSONObject()
            for member in item.members { _ = object.insert(member.value, named: member.name) }
            return (name, [("item", .object(object)), ("key", .string(name))])
        }
    }

    /// The name of a value as Python writes it; nil for one that has none.
    private static func name(of item: JSONValue) -> String? {
        switch item {
        case .boolean(let flag): flag ? "True" : "False"
        case .array, .object, .null: nil
        case .number(let number): number.description
        default: item.compactText
        }
    }

    private func stage(
        _ item: String?,
        _ entry: DocumentNode.Entry,
        _ node: DocumentNode,
        _ local: [(name: JSONName, value: JSONValue)]
    ) -> DVCStage {
        let outer = DVCVariables.adding(local, to: variables)
        let directory = node["wdir"].map { DVCInterpolation(outer, faults).text($0) } ?? "."
        let own = DVCVariables(folder: joined(folder, directory), faults)
            .read(node["vars"], default: false)
        let interpolation = DVCInterpolation(
            DVCVariables.adding(own.members, to: outer),
            faults
        )
        let name = item.map { "\(entry.name)@\($0)" } ?? entry.name
        var stage = DVCStage(name: name, position: entry.position, command: "")
        stage.command = command(node["cmd"], directory, interpolation)
        func relative(_ node: DocumentNode) -> String? {
            path(interpolation.text(node), directory, node.position)
        }
        stage.dependencies = (node["deps"]?.list ?? []).compactMap(relative)
        for key in ["outs", "metrics", "plots"] {
            for out in node[key]?.list ?? [] {
                // An entry with options is a mapping of one name.
                let text = out.mapping?.first.map { named in
                    interpolation.text(
                        DocumentNode(
                            content: .scalar(.string(named.name), text: named.name),
                            position: named.position
                        )
                    )
                }
                let found = path(text ?? interpolation.text(out), directory, out.position)
                guard let found, !stage.outputs.contains(found) else { continue }
                if let fault = TaskResult.File.fault(in: found) {
                    faults.add(out.position, fault)
                    continue
                }
                stage.outputs.append(found)
            }
        }
        stage.parameterFiles = parameterFiles(node["params"], directory)
        stage.isFrozen = node["frozen"]?.bool ?? false
        stage.alwaysChanged = node["always_changed"]?.bool ?? false
        return stage
    }

    private func command(
        _ node: DocumentNode?,
        _ directory: String,
        _ interpolation: DVCInterpolation
    ) -> String {
        guard let node else { return "" }
        let commands = (node.list ?? [node]).map { interpolation.text($0, .command) }
        let folder = normalized(directory)
        let start = folder == "." ? [] : ["cd \(ShellWord.quoted(folder)) || exit"]
        // Each is a shell of its own, on lines of its own, since it may end with a comment.
        let lines =
            commands.count == 1 ? commands : commands.flatMap { ["(", $0, ") || exit"] }
        return (start + lines).joined(separator: "\n")
    }

    /// The files of parameters: `params.yaml` for names alone, and those that are named.
    private func parameterFiles(_ node: DocumentNode?, _ directory: String) -> [String] {
        var files: [String] = []
        for entry in node?.list ?? [] {
            let names = entry.mapping?.map(\.name) ?? ["params.yaml"]
            for name in names {
                guard let path = path(name, directory, entry.position), !files.contains(path) else {
                    continue
                }
                files.append(path)
            }
        }
        return files
    }

    /// A path relative to the folder of the file; nil for what is elsewhere.
    private func path(_ text: String, _ directory: String, _ position: SourcePosition) -> String? {
        if text.contains("://") {
            faults.add(
                position,
                "\(DocumentFaults.quoted(text)) is not on this machine, which is not supported."
            )
            return nil
        }
        return text.isEmpty ? nil : normalized(joined(directory, text))
    }

    private func joined(_ folder: String, _ path: String) -> String {
        path.hasPrefix("/") ? path : "\(folder)/\(path)"
    }

    /// The path without `.` and `..` in the middle.
    private func normalized(_ path: String) -> String {
        var names: [Substring] = []
        for name in path.split(separator: "/") where name != "." {
            if name == "..", let last = names.last, last != ".." {
                names.removeLast()
            } else if name != ".." || !path.hasPrefix("/") {
                names.append(name)
            }
        }
        let text = names.joined(separator: "/")
        return path.hasPrefix("/") ? "/\(text)" : text.isEmpty ? "." : text
    }
}
