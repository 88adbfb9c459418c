import FoundationEssentials
import Platform
import Training
import Workspace
import Yams

/// A YAML file of options by their names, as command-line arguments.
struct OptionsFile {
    let arguments: [String]

    /// Options of the command that take no value.
    private static let flags: Set = ["dry-run", "json"]
    /// Options that a file may not have.
    private static let refused: Set = ["config", "help", "version", "resume"]

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
                "\(path) is not YAML: \(Self.firstLine("\(error)"))",
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
            guard !Self.refused.contains(name) else {
                throw WorkspaceError(.invalid, "\(path): \(name) is not allowed in a file.")
            }
            if let list = value.sequence {
                let texts = list.compactMap(\.string)
                guard texts.count == list.count else {
                    throw WorkspaceError(
                        .invalid,
                        "\(path): \(name) has entries that are not text."
                    )
                }
                // An option that may be given several times is given once for each entry.
                return name == "then" || TrainingOptions.option(name)?.isRepeated == true
                    ? texts.map { "--\(name)=\($0)" }
                    : ["--\(name)=\(texts.joined(separator: ","))"]
            }
            let flag = TrainingOptions.option(name).flatMap { $0.kind == .flag ? $0 : nil }
            if Self.flags.contains(name) || flag != nil {
                guard let isOn = value.bool else {
                    throw WorkspaceError(.invalid, "\(path): \(name) is true or false.")
                }
                // `packing: false` says what `no-packing: true` says.
                let isOpposite = flag?.isNegated == true && name == flag?.name
                return isOn != isOpposite ? ["--\(flag?.commandName ?? name)"] : []
            }
            guard let text = value.scalar?.string else {
                throw WorkspaceError(.invalid, "\(path): \(name) has no plain value.", hint: nil)
            }
            return ["--\(name)=\(text)"]
        }
    }

    /// The line with the place of the error; later ones quote the file.
    private static func firstLine(_ text: String) -> String {
        String(text.split(whereSeparator: \.isNewline).first?.prefix(200) ?? "")
    }
}
