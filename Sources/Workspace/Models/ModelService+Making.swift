public import Inference
import JSON
import ModelFiles
import Platform
import Tensors
import Training
import Transformer

extension ModelService {
    /// Derives a model from another one: with another type, with an adapter merged into it, or
    /// both.
    ///
    /// Unless disabled, the result is compared with its source and the report is stored beside it.
    ///
    /// Blocks, and computes.
    ///
    /// - Parameters:
    ///   - progress: Called with the completed share, 0 to 1.
    /// - Throws: ``WorkspaceError`` with the code `cancelled` if it was cancelled; no files are
    ///   left then.
    public func make(
        _ making: ModelMaking,
        isCancelled: @escaping @Sendable () -> Bool = { false },
        progress: @escaping @Sendable (Double) -> Void = { _ in }
    ) throws -> MadeModel {
        try WorkspaceError.translating {
            let source = try file(making.model)
            let adapter = try making.adapter.map {
                try AdapterFile.read(path: $0, for: source.configuration)
            }
            let making = try making.whole(source)
            let output = try output(making, source)
            var made = MadeModel(
                path: output,
                byteCount: 0,
                sourceByteCount: Int64(source.byteCount),
                fallbacks: []
            )
            if making.format == .safetensors {
                let count = try writeFolder(making, source, adapter, output, isCancelled, progress)
                made.byteCount = Int64(count)
                do {
                    if making.compares {
                        made.parity = try parity(making.model, adapter, with: output, isCancelled)
                    }
                    try made.writeParity()
                } catch {
                    // Nothing was there before.
                    Files.remove(output)
                    throw error
                }
            } else {
                // Refuses an existing file before the work; moves the result into place after it.
                let file = try OutputFile(output, replaces: making.replaces)
                defer { file.discard() }
                try file.write { path in
                    let report = try write(making, source, adapter, path, isCancelled, progress)
                    (made.byteCount, made.fallbacks) = (Int64(report.byteCount), report.fallbacks)
                    guard making.compares else { return }
                    made.parity = try parity(making.model, adapter, with: path, isCancelled)
                }
                try made.writeParity()
                do {
                    try file.publish(isCancelled: isCancelled)
                } catch {
                    Files.remove(made.parityPath)
                    if isCancelled() { throw CancellationError() }
                    throw error
                }
            }
            made.name = store.installed().first { $0.path == output }?.name
            return made
        }
    }

    /// Compares a model with the one it was derived from.
    ///
    /// Blocks, and computes.
    public func compare(_ model: String, with other: String) throws -> ParityReport {
        try WorkspaceError.translating { try parity(model, nil, with: path(other), { false }) }
    }

    private func write(
        _ making: ModelMaking,
        _ source: ModelFile,
        _ adapter: AdapterFile?,
        _ output: String,
        _ isCancelled: @escaping @Sendable () -> Bool,
        _ progress: @escaping @Sendable (Double) -> Void
    ) throws -> GGUFQuantization.Report {
        var path = source.path
        // Intermediate files are beside the result and are removed at the end.
        let halfway = "\(output).\(UInt32.random(in: 0...UInt32.max)).halfway"
        defer { Files.remove(halfway) }
        if source.isFolder {
            try CheckpointConversion(source).write(to: halfway, isCancelled: isCancelled)
            path = halfway
        }
        var work = GGUFQuantization(try GGUFFile(path: path), recipe: try making.recipe())
        work.allowsRequantizing = making.allowsRequantizing || adapter != nil
        if let adapter { try work.merge(adapter, into: ModelFile.open(path: path)) }
        return try work.write(to: output, isCancelled: isCancelled) { state in
            progress(Double(state.numberCount) / Double(max(1, state.totalNumberCount)))
        }
    }

    private func writeFolder(
        _ making: ModelMaking,
        _ source: ModelFile,
        _ adapter: AdapterFile?,
        _ output: String,
        _ isCancelled: @escaping @Sendable () -> Bool,
        _ progress: @escaping @Sendable (Double) -> Void
    ) throws -> Int {
        var export = CheckpointExport(source, type: try making.recipe().type)
        if let adapter { try export.merge(adapter) }
        return try export.write(to: output, isCancelled: isCancelled) { state in
            progress(Double(state.numberCount) / Double(max(1, state.totalNumberCount)))
        }
    }

    private func output(_ making: ModelMaking, _ source: ModelFile) throws -> String {
        let isFolder = making.format == .safetensors
        if let output = making.output {
            guard FilePaths.real(output) != FilePaths.real(source.path) || !FilePaths.exists(output)
            else {
                throw WorkspaceError(
                    .invalid,
                    "\(output) is the model itself; name another \(isFolder ? "folder" : "file")."
                )
            }
            if isFolder { try checkVacant(folder: output) }
            return output
        }
        let base = name(path: source.path).split(separator: "/").last.map(String.init) ?? "model"
        let stem = base.split(separator: ":").last.map(String.init) ?? base
        let name = stem.hasSuffix(".gguf") ? String(stem.dropLast(5)) : stem
        let merged = making.adapter == nil ? "" : "-merged"
        let type = try making.recipe().name.lowercased()
        let path = "\(store.folder)/\(name)\(merged)-\(type)\(isFolder ? "" : ".gguf")"
        if isFolder { try checkVacant(folder: path) }
        try Files.makeFolder(store.folder)
        return path
    }

    /// Checks that a path does not exist or is an empty folder.
    func checkVacant(folder path: String) throws {
        guard !FilePaths.exists(path) || FilePaths.isFolder(path) && Files.names(in: path).isEmpty
        else {
            throw WorkspaceError(
                .conflict,
                FilePaths.isFolder(path)
                    ? "\(path) exists already." : "\(path) exists and is not a folder.",
                hint: FilePaths.isFolder(path)
                    ? "Remove it, or name another folder."
                    : "Name another folder, or a file in GGUF with --format gguf."
            )
        }
    }

    private func parity(
        _ model: String,
        _ adapter: AdapterFile?,
        with result: String,
        _ isCancelled: @escaping @Sendable () -> Bool
    ) throws -> ParityReport {
        let source = try self.model(model)
        let lora = try adapter.map { try LoRA($0, for: source) }
        let other = try LanguageModel(ModelFile.open(path: result))
        return try Parity(
            source: Parity.Side(source, adapter: lora),
            result: Parity.Side(other)
        ).compare(ParityText.texts, isCancelled: isCancelled)
    }
}

extension MadeModel {
    /// Writes the comparison beside the result.
    fileprivate func writeParity() throws {
        guard let parity, !FilePaths.isSpecial(path) else { return }
        try Files.write(Array(try encodeJSON(parity).utf8), to: parityPath)
    }

    /// The path of the comparison.
    fileprivate var parityPath: String { "\(path).parity.json" }
}

extension ModelMaking {
    /// The same request, with its defaults resolved for a source.
    fileprivate func whole(_ source: ModelFile) throws -> ModelMaking {
        var whole = self
        if let output, output.count > 1, output.hasSuffix("/") {
            whole.output = String(output.dropLast())
        }
        whole.format = format ?? (output?.hasSuffix(".gguf") ?? true ? .gguf : .safetensors)
        let own = source.isQuantized ? nil : QuantizationRecipe(name: source.quantization)
        whole.type = type ?? (own ?? .f16).name
        _ = try whole.recipe()
        return whole
    }

    /// The recipe of the resolved type.
    fileprivate func recipe() throws -> QuantizationRecipe {
        let isFolder = format == .safetensors
        let known = QuantizationRecipe.allCases.filter {
            !isFolder || CheckpointExport.types.contains($0.type)
        }
        guard let recipe = QuantizationRecipe(name: type ?? ""), known.contains(recipe) else {
            throw WorkspaceError(
                .invalid,
                "A model cannot be converted to \(type ?? "nothing")"
                    + (isFolder ? " in a folder." : "."),
                hint: "Choose one of \(known.map(\.name).joined(separator: ", "))."
            )
        }
        return recipe
    }
}
