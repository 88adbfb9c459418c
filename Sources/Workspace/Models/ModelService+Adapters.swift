import ModelFiles
import Platform

extension ModelService {
    /// Whether a path is an adapter: a folder in PEFT's layout, or a LoRA in GGUF.
    ///
    /// Blocks.
    public func isAdapter(_ path: String) -> Bool { AdapterFile.layout(at: path) != nil }

    /// Converts a PEFT adapter to a LoRA in GGUF, or back.
    ///
    /// Blocks.
    ///
    /// - Parameters:
    ///   - base: The model that it was trained on, whose heads determine the order of rows.
    ///   - output: The file or folder to write.
    ///   - replaces: Whether a file of that name, or an adapter in that folder, is replaced.
    public func convertAdapter(
        _ path: String,
        base: String,
        to output: String,
        replaces: Bool = false
    ) throws -> ConvertedAdapter {
        try WorkspaceError.translating {
            let model = try file(base)
            let isFolder = AdapterFile.layout(at: path) == .peft
            guard output.hasSuffix(".gguf") == isFolder else {
                throw WorkspaceError(
                    .invalid,
                    isFolder
                        ? "A folder is converted to a GGUF file, but \(output) does not end with .gguf."
                        : "A LoRA in GGUF is converted to a folder, but \(output) ends with .gguf.",
                    hint: isFolder
                        ? "Name a file that ends with .gguf." : "Name a folder without .gguf."
                )
            }
            let adapter = try AdapterFile.read(path: path, for: model.configuration)
                .naming(base: model.baseModelName)
            if isFolder {
                let file = try OutputFile(output, replaces: replaces)
                defer { file.discard() }
                try file.write { try adapter.writeGGUF(to: $0, for: model.configuration) }
                try file.publish()
            } else {
                if !replaces { try checkVacant(folder: output) }
                try adapter.write(folder: output)
            }
            return ConvertedAdapter(
                path: output,
                rank: adapter.configuration.rank,
                alpha: adapter.configuration.alpha,
                targets: adapter.configuration.targetModules
            )
        }
    }
}
