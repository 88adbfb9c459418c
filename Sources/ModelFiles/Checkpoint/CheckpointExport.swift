internal import Glibc
public import Platform
public import Tensors

/// Writes a model as a Hugging Face folder, optionally with an adapter merged into it.
///
/// Matrices get the requested type, vectors F32 as in GGUF files; query and key rows are in Hugging
/// Face's order. The tokenizer's files are copied from a folder, or made from a GGUF file.
public struct CheckpointExport {
    /// The progress of the export.
    public struct Progress: Sendable, Equatable {
        /// How many parameters are written.
        public let numberCount: Int
        /// How many parameters the model has.
        public let totalNumberCount: Int
    }

    /// The supported types of matrices.
    public static let types: [ElementType] = [.f32, .f16, .bf16]

    private let model: ModelFile
    private let type: ElementType
    private var change: (any MatrixChange)?
    /// The threads for the computation.
    public var pool = WorkerPool.shared
    /// The maximum size of one file of weights, in bytes.
    package var largestFile = 5_000_000_000

    /// Creates an export of `model` with matrices in one of `types`.
    public init(_ model: ModelFile, type: ElementType) {
        precondition(Self.types.contains(type), "folders here have no \(type)")
        self.model = model
        self.type = type
    }

    /// Adds an adapter to the matrices that it was trained for before they are converted.
    ///
    /// - Throws: `ModelFileError` if the adapter was made for a model of another size.
    public mutating func merge(_ adapter: AdapterFile) throws(ModelFileError) {
        change = try AdapterMerge(adapter, into: model.configuration, .halves)
    }

    /// Writes the folder at `path`, which must not exist; all or nothing, flushed to the disk.
    ///
    /// - Returns: The bytes of the weights.
    /// - Throws: `ModelFileError` if a Hugging Face folder cannot express the model's tokenizer
    ///   or rotary embedding, if the type cannot represent a number, if the disk lacks space, if
    ///   something is there, or if it was cancelled.
    public func write(
        to path: String,
        isCancelled: () -> Bool = { false },
        progress: (Progress) -> Void = { _ in }
    ) throws -> Int {
        let texts = try FolderText(model, type: type).files()
        let shards = CheckpointShards(try tensors(), largestFile: largestFile)
        try ModelFileError.writing { () throws(PlatformError) in
            try DiskRoom.require(
                shards.byteCount,
                in: FilePaths.parent(path),
                for: path,
                elsewhere: "write to a larger disk"
            )
        }
        let aside = FilePaths.temporary(beside: path)
        try ModelFileError.writing { () throws(PlatformError) in
            try Files.makeNewFolder(aside, as: path, mode: 0o755)
        }
        var names: [String] = []
        do {
            for (name, bytes) in texts + shards.index {
                names.append(name)
                try ModelFileError.writing { () throws(PlatformError) in
                    try Files.writeNew(
                        bytes,
                        to: "\(aside)/\(name)",
                        as: "\(path)/\(name)",
                        mode: 0o644
                    )
                }
            }
            var done = 0
            for shard in shards.files {
                names.append(shard.name)
                try write(
                    shard,
                    to: "\(aside)/\(shard.name)",
                    as: "\(path)/\(shard.name)",
                    isCancelled
                ) { count in
                    done += count
                    progress(Progress(numberCount: done, totalNumberCount: shards.numberCount))
                }
            }
            try ModelFileError.writing { () throws(PlatformError) in
                try Files.synchronize(folder: aside)
            }
            do throws(PlatformError) {
                try Files.rename(aside, to: path)
            } catch {
                // Only an empty folder is replaced.
                throw FilePaths.exists(path) ? Self.occupied(path) : ModelFileError(error)
            }
        } catch {
            Files.removeFolder(aside, ifItHoldsOnly: names)
            throw error
        }
        return shards.byteCount
    }

    private static func occupied(_ path: String) -> ModelFileError {
        ModelFileError(
            .unwritable,
            "\(path) is there already.",
            hint: "remove it, or name another folder"
        )
    }

    private func write(
        _ shard: CheckpointShards.File,
        to path: String,
        as name: String,
        _ isCancelled: () -> Bool,
        done: (Int) -> Void
    ) throws {
        let conversion = WeightConversion(path: model.path, change: change, pool: pool)
        try TensorSink.writeNew(
            path,
            as: name,
            header: shard.plan.header,
            places: shard.plan.places,
            byteCount: shard.plan.byteCount
        ) { index, sink in
            let tensor = shard.tensors[index]
            try MappedFile.reading(model.weights.files) {
                try conversion.convert(
                    weight(tensor),
                    named: tensor.role.ggufName(layer: tensor.layer),
                    to: tensor.type,
                    isCancelled: isCancelled
                ) { bytes, count in
                    try sink.write(bytes)
                    done(count)
                }
            }
        }
    }

    private func tensors() throws -> [CheckpointShards.Tensor] {
        let configuration = model.configuration
        return TensorRole.allCases.filter { $0.isUsed(configuration) }.flatMap { role in
            (0..<(role.isInEachLayer ? configuration.layerCount : 1)).map { layer in
                CheckpointShards.Tensor(
                    role: role,
                    layer: layer,
                    name: role.checkpointName(layer: layer, in: configuration.traits),
                    type: role.isVector ? .f32 : type,
                    shape: role.shape(configuration)
                )
            }
        }
    }

    /// A weight with its rows in Hugging Face's order.
    private func weight(_ tensor: CheckpointShards.Tensor) throws -> Weight {
        let weight = try model.weight(tensor.role, layer: tensor.layer)
        let offset = model.configuration.traits.normWeightOffset
        if tensor.role.isNorm, offset != 0 { return weight.shifted(by: -offset) }
        guard model.rotaryLayout == .adjacentPairs,
            let heads = tensor.role.rotatedHeads(model.configuration)
        else { return weight }
        return weight.inHalves(heads: heads)
    }
}

extension Weight {
    /// A vector with an offset added to each number.
    fileprivate func shifted(by offset: Float) -> Weight {
        let memory = AlignedMemory(byteCount: bytes.count)
        let numbers = memory.pointer.assumingMemoryBound(to: Float.self)
        type.dequantize(row(0), count: columns, into: numbers)
        for place in 0..<columns { numbers[place] += offset }
        return Weight(
            type: .f32,
            rows: 1,
            columns: columns,
            bytes: UnsafeRawBufferPointer(start: memory.pointer, count: 4 * columns),
            owner: memory
        )
    }

    /// The same rows in Hugging Face's order, converted from adjacent pairs.
    fileprivate func inHalves(heads: Int) -> Weight {
        let memory = AlignedMemory(byteCount: bytes.count)
        let width = rows / heads
        for row in 0..<rows {
            let (head, place) = (row / width, row % width)
            let from = head * width + place % (width / 2) * 2 + place / (width / 2)
            (memory.pointer + row * rowByteCount)
                .copyMemory(from: self.row(from), byteCount: rowByteCount)
        }
        return Weight(
            type: type,
            rows: rows,
            columns: columns,
            bytes: UnsafeRawBufferPointer(start: memory.pointer, count: bytes.count),
            owner: memory
        )
    }
}
