import JSON
import Platform

/// Reads the variables of a `dvc.yaml`: inline ones, and those of files such as `params.yaml`.
struct DVCVariables {
    let folder: String
    let faults: DocumentFaults

    init(folder: String, _ faults: DocumentFaults) {
        self.folder = folder
        self.faults = faults
    }

    /// The variables of a list.
    ///
    /// - Parameter usesDefault: Whether `params.yaml` is read, if it is there.
    func read(_ node: DocumentNode?, default usesDefault: Bool) -> JSONObject {
        var values: [(name: JSONName, value: JSONValue)] = []
        let start = SourcePosition(line: 1, column: 1)
        if usesDefault, FilePaths.isFile("\(folder)/params.yaml") {
            values = file("params.yaml", start).members
        }
        for entry in node?.list ?? [] {
            let added: JSONObject
            if let text = entry.text {
                added = file(text, entry.position)
            } else if case .object(let object) = entry.value {
                added = object
            } else {
                faults.add(entry.position, "An entry of `vars` is a file, or names with values.")
                continue
            }
            merge(added, into: &values, entry.position)
        }
        return Self.object(values)
    }

    /// The content of a file of variables: `params.json`, or of `params.yaml:a,b` only some names.
    private func file(_ text: String, _ position: SourcePosition) -> JSONObject {
        let parts = text.split(separator: ":", maxSplits: 1)
        let name = parts.first.map(String.init) ?? text
        guard name.hasSuffix(".yaml") || name.hasSuffix(".yml") || name.hasSuffix(".json") else {
            let quoted = DocumentFaults.quoted(name)
            faults.add(position, "\(quoted) cannot be read: variables are read from YAML and JSON.")
            return JSONObject()
        }
        let path = name.hasPrefix("/") ? name : "\(folder)/\(name)"
        let inner = DocumentFaults()
        do throws(FlowError) {
            let root = DocumentReader.read(try FileBytes.read(path), inner)
            for line in inner.lines.prefix(5) { faults.add(position, "\(name):\(line)") }
            // An empty file has no variables.
            guard case .object(let object)? = root?.value else { return JSONObject() }
            guard parts.count == 2 else { return object }
            let names = Set(parts[1].split(separator: ",").map(String.init))
            return Self.object(object.members.filter { names.contains($0.name.text) })
        } catch {
            faults.add(position, error.message)
            return JSONObject()
        }
    }

    private func merge(
        _ added: JSONObject,
        into values: inout [(name: JSONName, value: JSONValue)],
        _ position: SourcePosition
    ) {
        for member in added.members {
            guard let place = values.firstIndex(where: { $0.name == member.name }) else {
                values.append(member)
                continue
            }
            // Of nested variables both parts are kept.
            if case .object(let old) = values[place].value, case .object(let new) = member.value {
                var inner = old.members
                merge(new, into: &inner, position)
                values[place].value = .object(Self.object(inner))
            } else if values[place].value != member.value {
                faults.add(
                    position,
                    "The variable \(DocumentFaults.quoted(member.name.text)) has two values."
                )
            }
        }
    }

    /// The variables with others in front of them.
    static func adding(
        _ members: [(name: JSONName, value: JSONValue)],
        to values: JSONObject
    )
        -> JSONObject
    {
        object(members + values.members)
    }

    private static func object(_ members: [(name: JSONName, value: JSONValue)]) -> JSONObject {
        var object = JSONObject()
        for member in members { _ = object.insert(member.value, named: member.name) }
        return object
    }
}
