import ModelFiles

extension ModelService {
    /// Whether an adapter lies there: a folder in PEFT's layout, or a LoRA in GGUF.
    ///
    /// Blocks.
    public func isAdapter(_ path: String) -> Bool { AdapterFile.layout(at: path) != nil }

    /// Writes an adapter of PEFT's as a LoRA in GGUF, or the other way.
    ///
    /// Blocks.
    ///
    /// - Parameters:
    ///   - base: The model that it was trained on, whose heads say how rows are ordered.
    ///   - output: The file or the folder to write.
    public func convertAdapter(
        _ path: String,
        base: String,
        to output: String
    ) throws -> ConvertedAdapter {
        try WorkspaceError.wording {
            let model = try file(base)
            let isFolder = AdapterFile.layout(at: path) == .peft
            guard output.hasSuffix(".gguf") == isFolder else {
                throw WorkspaceError(
                    .invalid,
                    isFolder
                        ? "An adapter's folder becomes a GGUF file, which \(output) is not named as."
                        : "A LoRA in GGUF becomes a folder, which \(output) is not named as.",
                    hint: isFolder
                        ? "Name a file that ends with .gguf." : "Name a folder without .gguf."
                )
            }
            let adapter = try AdapterFile.read(path: path, for: model.configuration)
                .naming(base: model.baseModelName)
            if isFolder {
                try adapter.writeGGUF(to: output, for: model.configuration)
            } else {
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
