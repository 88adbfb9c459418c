public import Platform
internal import Tensors

extension AdapterFile {
    /// What an adapter is stored as.
    public enum Layout: Sendable {
        /// PEFT's: a folder.
        case peft
        /// llama.cpp's: one GGUF file.
        case gguf
    }

    /// What lies at `path`: an adapter's folder or file; nil for neither, such as a model.
    ///
    /// A file is looked into only as far as its header.
    public static func layout(at path: String) -> Layout? {
        if FilePaths.isFile(path) {
            let type = try? GGUFFile(path: path).metadata["general.type"]?.text
            return type == "adapter" ? .gguf : nil
        }
        return FilePaths.isFile("\(path)/\(configurationName)") ? .peft : nil
    }

    /// Reads the adapter at `path` for a model: a folder in PEFT's layout, or a LoRA in GGUF.
    ///
    /// - Throws: `ModelFileError` for what is no adapter, is not computed here, or was made for
    ///   another model.
    public static func read(
        path: String,
        for model: ModelConfiguration
    ) throws(ModelFileError) -> AdapterFile {
        guard !isGGUF(path) else { return try read(GGUFFile(path: path), for: model) }
        let adapter = try read(folder: path).refitted(to: model.traits)
        try adapter.check(fits: model)
        return adapter
    }

    /// Reads the LoRA in a GGUF file that is opened already.
    package static func read(
        _ file: GGUFFile,
        for model: ModelConfiguration
    ) throws(ModelFileError) -> AdapterFile {
        let adapter = try GGUFAdapter(file).adapterFile(for: model.inGGUF)
            .refitted(to: model.traits)
        try adapter.check(fits: model)
        return adapter
    }

    /// Reads the configuration alone of the adapter at `path`, from which training can continue: one
    /// whose matrices are all alike.
    public static func configuration(
        path: String
    ) throws(ModelFileError) -> AdapterConfiguration {
        isGGUF(path)
            ? try GGUFAdapter(GGUFFile(path: path)).evenConfiguration()
            : try configuration(in: path)
    }

    /// Writes the adapter as a LoRA in GGUF, which llama.cpp loads on that model: whole and flushed
    /// to the disk, or not at all.
    ///
    /// Matrices are F32. GGUF's one alpha is divided by the rank alone: rsLoRA's comes out as another
    /// alpha, and a scale that no alpha stands for, such as 0, goes into B.
    public func writeGGUF(to path: String, for model: ModelConfiguration) throws {
        let model = model.inGGUF
        let adapter = try refitted(to: model.traits)
        try adapter.check(fits: model)
        let rank = Double(configuration.rank)
        let whole = Float(configuration.scale * rank)
        let isFolded = whole == 0 || !whole.isFinite
        var writer = GGUFWriter()
        writer.set("general.architecture", .text(model.architecture))
        writer.set("general.type", .text("adapter"))
        writer.set("adapter.type", .text("lora"))
        writer.set("adapter.lora.alpha", .float32(isFolded ? Float(rank) : whole))
        if let name = configuration.baseModelName {
            writer.set("general.base_model.count", .uint32(1))
            writer.set("general.base_model.0.name", .text(name))
        }
        var matrices: [[Float]] = []
        for layer in 0..<layerCount {
            for (module, role) in TensorRole.adaptable(in: model.traits) {
                guard let a = adapter.tensor(layer: layer, module: module, factor: .a),
                    let b = adapter.tensor(layer: layer, module: module, factor: .b)
                else { continue }
                for (factor, matrix) in [(Factor.a, a), (.b, b)] {
                    writer.tensors.append(
                        GGUFWriter.Tensor(
                            name: GGUFAdapter.name(role, layer: layer, factor),
                            shape: [matrix.rows, matrix.columns],
                            type: .f32
                        )
                    )
                }
                var values = b.values
                if isFolded { values = values.map { $0 * Float(configuration.scale) } }
                if let heads = role.rotatedHeads(model),
                    model.traits.rotaryLayout == .adjacentPairs
                {
                    values = permuteToAdjacentPairs(values, columns: b.columns, heads: heads)
                }
                matrices += [a.values, values]
            }
        }
        guard matrices.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
            throw AdapterConfiguration.refusal("its scale is \(configuration.scale)")
        }
        try writer.write(to: path) { index, sink in
            try matrices[index].withUnsafeBytes { try sink.write($0) }
        }
    }

    private static func isGGUF(_ path: String) -> Bool {
        FilePaths.isFile(path) || path.hasSuffix(".gguf") && !FilePaths.exists(path)
    }
}
