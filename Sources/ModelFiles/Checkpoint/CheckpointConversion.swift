import Tensors
import Tokenizers

/// Writes the model of a Hugging Face folder as a GGUF file, its numbers unchanged.
///
/// Matrices keep their type, BF16, F16 or F32; query and key rows come into the order that GGUF
/// files of the architecture have. Source: the GGUF specification, and the behaviour of
/// llama.cpp's converter.
public struct CheckpointConversion {
    private let model: ModelFile

    /// Will convert a model that was opened from a folder.
    public init(_ model: ModelFile) { self.model = model }

    /// Writes the file to `path`: whole and flushed to the disk, or not at all.
    ///
    /// - Throws: `ModelFileError` if GGUF has no words for the model's tokenizer, if a matrix is in
    ///   a type that GGUF lacks, if the disk has not the room, or if it was cancelled.
    public func write(to path: String, isCancelled: () -> Bool = { false }) throws {
        let tensors = try tensors()
        var writer = GGUFWriter()
        let settings = Self.settings(model.configuration, type: model.quantization)
        for (key, value) in settings { writer.set(key, value) }
        for (key, value) in try GGUFVocabulary(model).metadata() { writer.set(key, value) }
        writer.tensors = tensors.map(\.tensor)
        var factors = model.ropeFrequencyFactors
        if let factors {
            writer.tensors.append(
                GGUFWriter.Tensor(name: "rope_freqs.weight", shape: [factors.count], type: .f32)
            )
        }
        try writer.write(to: path) { index, sink in
            guard !isCancelled() else {
                throw ModelFileError(
                    .cancelled,
                    "Converting \(model.path) was stopped.",
                    hint: "nothing of the new file is left; start again"
                )
            }
            guard index < tensors.count else {
                try factors?.withUnsafeMutableBytes { try sink.write(UnsafeRawBufferPointer($0)) }
                return
            }
            try MappedFile.reading(model.weights.files) { try write(tensors[index], &sink) }
        }
    }

    private struct Source {
        let tensor: GGUFWriter.Tensor
        let weight: Weight
        /// The heads whose rows have to be reordered.
        let heads: Int?
    }

    private func tensors() throws -> [Source] {
        let configuration = model.configuration
        let turns = configuration.traits.rotaryLayout == .adjacentPairs
        return try TensorRole.allCases.filter { $0.isUsed(configuration) }.flatMap { role in
            try (0..<(role.isInEachLayer ? configuration.layerCount : 1)).map { layer in
                let weight = try model.weight(role, layer: layer)
                let name = role.ggufName(layer: layer)
                guard weight.type.isInGGUF else {
                    throw ModelFileError(
                        .unsupportedType,
                        "\(model.path) stores \(name) in \(weight.type.name), which GGUF lacks.",
                        hint: "convert the model's 16-bit checkpoint"
                    )
                }
                return Source(
                    tensor: GGUFWriter.Tensor(
                        name: name,
                        shape: role.shape(configuration),
                        type: weight.type
                    ),
                    weight: weight,
                    heads: turns ? role.rotatedHeads(configuration) : nil
                )
            }
        }
    }

    private func write(_ source: Source, _ sink: inout TensorSink) throws {
        let weight = source.weight
        guard let heads = source.heads else { return try sink.write(weight.bytes) }
        for row in 0..<weight.rows {
            let from = rowInHalves(row, headWidth: weight.rows / heads)
            try sink.write(
                UnsafeRawBufferPointer(start: weight.row(from), count: weight.rowByteCount)
            )
        }
    }

    /// What GGUF's metadata says of a model of these sizes, most of it stored in that type.
    static func settings(
        _ configuration: ModelConfiguration,
        type: String
    ) -> [(String, GGUFWritableValue)] {
        let architecture = configuration.architecture
        var settings: [(String, GGUFWritableValue)] = [
            ("general.architecture", .text(architecture)), ("general.type", .text("model")),
            ("general.name", .text(configuration.name)),
            ("general.file_type", .uint32(fileType(type))),
        ]
        let numbers = [
            ("context_length", configuration.contextLength),
            ("embedding_length", configuration.width), ("block_count", configuration.layerCount),
            ("feed_forward_length", configuration.feedForwardWidth),
            ("attention.head_count", configuration.headCount),
            ("attention.head_count_kv", configuration.keyValueHeadCount),
            ("attention.key_length", configuration.headWidth),
            ("attention.value_length", configuration.headWidth),
            ("rope.dimension_count", configuration.headWidth),
            ("vocab_size", configuration.vocabularySize),
        ]
        settings += numbers.map { ("\(architecture).\($0)", .uint32(UInt32($1))) }
        if let window = configuration.slidingWindow {
            settings.append(("\(architecture).attention.sliding_window", .uint32(UInt32(window))))
        }
        settings.append(("\(architecture).rope.freq_base", .float32(configuration.ropeTheta)))
        settings.append(
            (
                "\(architecture).attention.layer_norm_rms_epsilon",
                .float32(configuration.rmsEpsilon)
            )
        )
        return settings
    }

    private static func fileType(_ quantization: String) -> UInt32 {
        QuantizationRecipe(name: quantization)?.fileType ?? 1
    }
}
