internal import Platform
public import Tensors

/// Converts a model's GGUF file to another type.
///
/// Each tensor is read in place, widened a few million numbers at a time and written in its new
/// type, so that it takes little memory for a model of any size.
public struct GGUFQuantization: Sendable {
    /// The progress of the conversion.
    public struct Progress: Sendable, Equatable {
        /// The current tensor.
        public let tensor: String
        /// How many parameters are written.
        public let numberCount: Int
        /// How many parameters the model has.
        public let totalNumberCount: Int
    }

    /// The result of a conversion.
    public struct Report: Sendable, Equatable {
        /// The path of the file.
        public let path: String
        /// Its size in bytes.
        public let byteCount: Int
        /// The size of the source file.
        public let sourceByteCount: Int
        /// How many parameters are stored in each type.
        public let numberCounts: [ElementType: Int]
        /// The tensors whose rows are not a multiple of the recipe's block size, so that they got
        /// another type, in the file's order.
        public let fallbacks: [String]
    }

    /// The source file.
    public let source: GGUFFile
    /// The types of the tensors.
    public let recipe: QuantizationRecipe
    /// Whether quantized matrices may be quantized again, which adds the errors of both; otherwise
    /// such a file is refused.
    public var allowsRequantizing = false
    /// A change to matrices on the way.
    package var change: (any MatrixChange)?
    /// The threads for the computation.
    public var pool = WorkerPool.shared

    /// Creates a conversion of `source` to the types of `recipe`.
    public init(_ source: GGUFFile, recipe: QuantizationRecipe) {
        self.source = source
        self.recipe = recipe
    }

    /// Writes the new file to `path`, all or nothing, flushed to the disk.
    ///
    /// The file keeps all metadata except `general.file_type` and `general.quantization_version`,
    /// and the order of its tensors. Cancelling the task stops the work soon.
    ///
    /// - Parameters:
    ///   - path: The path of the new file; an existing file is replaced.
    ///   - progress: Is called from another thread, one call at a time.
    /// - Throws: `ModelFileError` if the file is quantized already and that is not allowed, if a
    ///   tensor has a number that the new type cannot represent, if the disk lacks space or the
    ///   system refuses, or if the task was cancelled.
    public func write(
        to path: String,
        progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) async throws -> Report {
        try await onOwnThread { isCancelled in
            try write(to: path, isCancelled: isCancelled, progress: progress)
        }
    }

    /// The same on the calling thread.
    package func write(
        to path: String,
        isCancelled: () -> Bool,
        progress: (Progress) -> Void
    ) throws -> Report {
        let tensors = source.tensorsInOrder
        let types = try tensors.map { tensor throws(ModelFileError) in try type(for: tensor) }
        var writer = GGUFWriter()
        writer.alignment = source.alignment
        writer.metadata = source.storedMetadata.filter { !$0.key.hasPrefix("split.") }
            .map { ($0.key, .stored($0)) }
        writer.set("general.quantization_version", .uint32(2))
        writer.set("general.file_type", .uint32(recipe.fileType))
        writer.tensors = zip(tensors, types).map {
            GGUFWriter.Tensor(name: $0.name, shape: $0.shape, type: $1)
        }
        let total = tensors.reduce(0) { $0 + $1.elementCount }
        var done = 0
        let conversion = WeightConversion(path: source.path, change: change, pool: pool)
        try writer.write(to: path) { index, sink in
            let tensor = tensors[index]
            try MappedFile.reading(source.files) {
                try conversion.convert(
                    source.rows(of: tensor),
                    named: tensor.name,
                    to: types[index],
                    isCancelled: isCancelled
                ) { bytes, count in
                    try sink.write(bytes)
                    done += count
                    progress(
                        Progress(tensor: tensor.name, numberCount: done, totalNumberCount: total)
                    )
                }
            }
        }
        return report(path, tensors, types, byteCount: try writer.plan(path).byteCount)
    }

    private var model: QuantizationRecipe.Model {
        let names = source.tensors.keys
        let architecture = source.metadata["general.architecture"]?.text ?? ""
        func size(_ key: String) -> Int? { source.metadata["\(architecture).\(key)"]?.integer }
        let heads = size("attention.head_count")
        return QuantizationRecipe.Model(
            layerCount: size("block_count") ?? 0,
            hasOutput: names.contains("output.weight"),
            hasFewValues: size("block_count") == 80
                && (size("attention.head_count_kv") ?? heads) != heads
        )
    }

    /// The new type of a tensor, or an error for one that may not change.
    private func type(for tensor: GGUFTensor) throws(ModelFileError) -> ElementType {
        guard let type = recipe.type(for: tensor, in: model), type != tensor.type else {
            return tensor.type
        }
        guard allowsRequantizing || !tensor.type.isQuantized else {
            throw ModelFileError(
                .unsupportedType,
                "\(source.path) is quantized already: it stores tensor \(tensor.name) as "
                    + "\(tensor.type). Another time would add a second error to the first.",
                hint: "begin with the model's F16 or BF16 file, or allow it with --again"
            )
        }
        return type
    }

    private func report(
        _ path: String,
        _ tensors: [GGUFTensor],
        _ types: [ElementType],
        byteCount: Int
    ) -> Report {
        var counts: [ElementType: Int] = [:]
        for (tensor, type) in zip(tensors, types) {
            counts[type, default: 0] += tensor.elementCount
        }
        let fallbacks = tensors.filter {
            recipe.type(for: $0, in: model) != nil
                && ($0.shape.last ?? 0) % recipe.type.blockLength != 0
        }
        return Report(
            path: path,
            byteCount: byteCount,
            sourceByteCount: source.byteCount,
            numberCounts: counts,
            fallbacks: fallbacks.map(\.name)
        )
    }
}
