import FoundationEssentials
import Workspace
import Yams

/// A YAML file of options by their names, as command-line arguments.
struct OptionsFile {
    let arguments: [String]

    /// Options without a value.
    private static let flags: Set = ["no-packing", "no-shuffle", "dry-run", "json"]

    init(path: String) throws {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else {
            throw WorkspaceError(
                .inaccessible,
                "\(path) cannot be read.",
                hint: "Check the path given to --config."
            )
        }
        let node: Node?
        do {
            node = try Yams.compose(yaml: String(decoding: data, as: UTF8.self))
        } catch {
            throw WorkspaceError(
                .invalid,
                "\(path) is no YAML: \(error)",
                hint: "Write one `name: value` a line."
            )
        }
        guard let mapping = node?.mapping else {
            throw WorkspaceError(
                .invalid,
                "\(path) holds no options.",
                hint: "Write one `name: value` a line."
            )
        }
        arguments = try mapping.flatMap { key, value -> [String] in
            guard let name = key.string else {
                throw WorkspaceError(.invalid, "\(path) has an option without a name.", hint: nil)
            }
            if let list = value.sequence {
                return ["--\(name)", list.compactMap(\.string).joined(separator: ",")]
            }
            if Self.flags.contains(name) { return value.bool == true ? ["--\(name)"] : [] }
            guard let text = value.scalar?.string else {
                throw WorkspaceError(.invalid, "\(path): \(name) has no plain value.", hint: nil)
            }
            return ["--\(name)=\(text)"]
        }
    }
}
