public import Platform
internal import Tensors

extension AdapterFile {
    /// The file format of an adapter.
    public enum Layout: Sendable {
        /// PEFT's: a folder.
        case peft
        /// llama.cpp's: one GGUF file.
        case gguf
    }

    /// The layout of the adapter at `path`, a folder or file; nil for anything else, such as a
    /// model.
    ///
    /// Only the header of a file is read.
    public static func layout(at path: String) -> Layout? {
        if FilePaths.isFile(path) {
            let type = try? GGUFFile(path: path).metadata["general.type"]?.text
            return type == "adapter" ? .gguf : nil
        }
        return FilePaths.isFile("\(path)/\(configurationName)") ? .peft : nil
    }

    /// Reads the adapter at `path` for a model: a folder in PEFT's layout, or a LoRA in GGUF.
    ///
    /// - Throws: `ModelFileError` for a file that is no adapter, is unsupported, or was made for
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

    /// Reads the LoRA in an open GGUF file.
    package static func read(
        _ file: GGUFFile,
        for model: ModelConfiguration
    ) throws(ModelFileError) -> AdapterFile {
        let adapter = try GGUFAdapter(file).adapterFile(for: model.inGGUF)
            .refitted(to: model.traits)
        try adapter.check(fits: model)
        return adapter
    }

    /// Reads only the configuration of the adapter at `path`, from which training can continue: one
    /// with uniform matrices.
    public static func configuration(
        path: String
    ) throws(ModelFileError) -> AdapterConfiguration {
        isGGUF(path)
            ? try GGUFAdapter(GGUFFile(path: path)).evenConfiguration()
            : try configuration(in: path)
    }

    /// Writes the adapter as a LoRA in GGUF, which llama.cpp loads with that model; all or nothing,
    /// flushed to the disk.
    ///
    /// Matrices are F32. GGUF's only alpha is divided by the rank: rsLoRA's is converted to another
    /// alpha, and a scale that no alpha expresses, such as 0, is multiplied into B.
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
