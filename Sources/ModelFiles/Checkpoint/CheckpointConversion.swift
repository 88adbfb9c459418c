import Platform
import Tensors
import Tokenizers

/// Converts the model of a Hugging Face folder to a GGUF file, without changing its weights.
///
/// Matrices keep their type, BF16, F16 or F32; query and key rows are reordered as in GGUF files of
/// the architecture. Source: the GGUF specification, and the behaviour of llama.cpp's converter.
public struct CheckpointConversion {
    private let model: ModelFile

    /// Creates a conversion of a model that was opened from a folder.
    public init(_ model: ModelFile) { self.model = model }

    /// Writes the file to `path`, all or nothing, flushed to the disk.
    ///
    /// - Throws: `ModelFileError` if GGUF cannot express the model's tokenizer, if a matrix is in
    ///   a type that GGUF lacks, if the disk lacks space, or if it was cancelled.
    public func write(to path: String, isCancelled: () -> Bool = { false }) throws {
        try checkPattern()
        let tensors = try tensors()
        var writer = GGUFWriter()
        let settings = Self.settings(model.configuration, type: model.quantization)
        for (key, value) in settings { writer.set(key, value) }
        for (key, value) in try GGUFVocabulary(model).metadata() { writer.set(key, value) }
        writer.tensors = tensors.map(\.tensor)
        let scaling = model.configuration.traits.rotaryScaling
        if scaling == .linearInSettings, let factors = model.rotaryFactors.short {
            guard let factor = factors.first, factors.allSatisfy({ $0 == factor }) else {
                throw inexpressible("rotary scalings (rope_scaling)")
            }
            let name = "\(model.configuration.traits.ggufName).rope.scaling"
            writer.set("\(name).type", .text("linear"))
            writer.set("\(name).factor", .float32(factor))
        }
        let isLongRope = scaling == .longRope
        var factors: [[Float]] = []
        for (name, list) in [
            (
                isLongRope ? GGUFWeights.shortFactorsName : GGUFWeights.factorsName,
                scaling == .linearInSettings ? nil : model.rotaryFactors.short
            ),
            (GGUFWeights.longFactorsName, model.rotaryFactors.long),
        ] {
            guard let list else { continue }
            factors.append(list)
            writer.tensors.append(GGUFWriter.Tensor(name: name, shape: [list.count], type: .f32))
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
                try factors[index - tensors.count].withUnsafeBytes { try sink.write($0) }
                return
            }
            try MappedFile.reading(model.weights.files) { try write(tensors[index], &sink) }
        }
    }

    /// GGUF cannot express some settings, which follow from the architecture.
    private func checkPattern() throws(ModelFileError) {
        let sizes = model.configuration
        let traits = sizes.traits
        guard
            sizes.unrotatedLayers == traits.unrotatedLayers(of: sizes.layerCount)
                || traits.hasMultipliers && sizes.rotatesNothing
        else {
            throw inexpressible("rotating layers (no_rope_layers)")
        }
        guard traits.window == nil || sizes.slidingWindow != nil else {
            throw inexpressible("windows (sliding_window)")
        }
        guard traits.softCaps?.scores == nil || sizes.softCaps.scores != nil,
            traits.softCaps?.logits == nil || sizes.softCaps.logits != nil
        else { throw inexpressible("soft caps") }
        // llama.cpp reads no factors in files of architectures with windows in some layers.
        guard
            traits.windowPeriod == nil || traits.rotaryScaling != .factors
                || model.rotaryFactors.short == nil
        else { throw inexpressible("rotary scalings (rope_scaling)") }
        let layers = traits.globalLayers(of: sizes.layerCount)
        guard sizes.slidingWindow == nil || sizes.globalLayers == layers else {
            throw inexpressible("layers with a window (layer_types)")
        }
        let scalar = traits.queryScalar(
            width: sizes.width,
            headCount: sizes.headCount,
            headWidth: sizes.headWidth,
            layerCount: sizes.layerCount
        )
        guard scalar.map({ 1 / $0.squareRoot() == sizes.attentionScale }) ?? true else {
            throw inexpressible("scales of scores (query_pre_attn_scalar)")
        }
    }

    private func inexpressible(_ settings: String) -> ModelFileError {
        ModelFileError(
            .unsupportedArchitecture,
            "\(model.path) has other \(settings) than \(model.configuration.architecture) models "
                + "have, which GGUF cannot express.",
            hint: "use the folder as it is"
        )
    }

    private struct Source {
        let tensor: GGUFWriter.Tensor
        let weight: Weight
        /// The rows of the weight that are in the tensor.
        let rows: Range<Int>
        /// The heads whose rows must be reordered.
        let heads: Int?
    }

    private func tensors() throws -> [Source] {
        let configuration = model.configuration.inGGUF
        let isReordered = configuration.traits.rotaryLayout == .adjacentPairs
        return try model.placesInGGUF.map { role, layer, place in
            let weight = try model.weight(place.role, layer: layer)
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
                rows: place.rows ?? 0..<weight.rows,
                heads: isReordered ? role.rotatedHeads(configuration) : nil
            )
        }
    }

    private func write(_ source: Source, _ sink: inout TensorSink) throws {
        let weight = source.weight
        let rows = source.rows
        guard let heads = source.heads else {
            return try sink.write(
                UnsafeRawBufferPointer(
                    start: weight.row(rows.lowerBound),
                    count: rows.count * weight.rowByteCount
                )
            )
        }
        for row in 0..<rows.count {
            let from = rows.lowerBound + rowInHalves(row, headWidth: rows.count / heads)
            try sink.write(
                UnsafeRawBufferPointer(start: weight.row(from), count: weight.rowByteCount)
            )
        }
    }

    /// GGUF's metadata for a model of this size, mostly stored in that type.
    static func settings(
        _ configuration: ModelConfiguration,
        type: String
    ) -> [(String, GGUFWritableValue)] {
        let architecture = configuration.traits.ggufName
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
            ("rope.dimension_count", configuration.rotatedWidth),
            ("vocab_size", configuration.vocabularySize),
        ]
        settings += numbers.map { ("\(architecture).\($0)", .uint32(UInt32($1))) }
        if let window = configuration.slidingWindow {
            settings.append(("\(architecture).attention.sliding_window", .uint32(UInt32(window))))
        }
        settings += parts(of: configuration)
        settings.append(("\(architecture).rope.freq_base", .float32(configuration.ropeTheta)))
        settings.append(
            (
                "\(architecture).attention.layer_norm_rms_epsilon",
                .float32(configuration.rmsEpsilon)
            )
        )
        return settings
    }

    /// The settings that the architecture adds to the plain one.
    private static func parts(
        of configuration: ModelConfiguration
    ) -> [(String, GGUFWritableValue)] {
        let architecture = configuration.traits.ggufName
        var values: [(String, GGUFWritableValue)] = []
        if configuration.traits.hasMultipliers {
            let multipliers = configuration.multipliers
            values += [
                ("embedding_scale", .float32(multipliers.embedding)),
                ("residual_scale", .float32(multipliers.residual)),
                ("attention.scale", .float32(configuration.attentionScale)),
                ("logit_scale", .float32(multipliers.logits)),
            ]
            // Granite has this for its switch.
            if configuration.rotatesNothing {
                values.append(("rope.scaling.finetuned", .bool(false)))
            }
        }
        for (key, cap) in [
            ("attn_logit_softcapping", configuration.softCaps.scores),
            ("final_logit_softcapping", configuration.softCaps.logits),
        ] {
            if let cap { values.append((key, .float32(cap))) }
        }
        if let theta = configuration.localRopeTheta {
            values.append(("rope.freq_base_swa", .float32(theta)))
        }
        if configuration.traits.rotaryScaling == .longRope {
            let original = configuration.originalContextLength ?? configuration.contextLength
            values += [
                ("rope.scaling.original_context_length", .uint32(UInt32(original))),
                ("rope.scaling.attn_factor", .float32(configuration.rotaryAmplitude)),
            ]
            // llama.cpp requires the key.
            if configuration.slidingWindow == nil {
                values.append(("attention.sliding_window", .uint32(0)))
            }
        }
        return values.map { ("\(architecture).\($0.0)", $0.1) }
    }

    private static func fileType(_ quantization: String) -> UInt32 {
        QuantizationRecipe(name: quantization)?.fileType ?? 1
    }
}
