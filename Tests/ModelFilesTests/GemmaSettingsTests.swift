import Foundation
import ModelFiles
import Platform
import Tensors
import Testing

/// The settings of Gemma 2 and 3: windows in some layers, two rotations, scales and caps.
@Suite struct GemmaSettingsTests {
    let temporary: TemporaryFolder

    init() throws { temporary = try TemporaryFolder() }

    private static let settings: [String: any Sendable] = [
        "num_hidden_layers": 2, "head_dim": 4, "sliding_window": 4,
    ]

    /// The tensors of a folder with two layers.
    private static func shapes(_ type: String) -> [String: [Int]] {
        var shapes: [String: [Int]] = [:]
        for (name, shape) in CheckpointFolderTests.shapes {
            shapes[name] = shape
            shapes[name.replacing(".0.", with: ".1.")] = shape
        }
        for layer in 0..<2 {
            let place = "model.layers.\(layer)"
            shapes["\(place).pre_feedforward_layernorm.weight"] = [8]
            shapes["\(place).post_feedforward_layernorm.weight"] = [8]
            guard type == "gemma3_text" else { continue }
            shapes["\(place).self_attn.q_norm.weight"] = [4]
            shapes["\(place).self_attn.k_norm.weight"] = [4]
        }
        return shapes
    }

    private static func folder(
        _ type: String,
        _ changes: [String: any Sendable] = [:],
        _ body: (String) throws -> Void
    ) throws {
        let settings = settings.merging(changes) { $1 }.merging(["model_type": type]) { $1 }
        let weights = try CheckpointFolderTests.bytes(shapes(type))
        try CheckpointFolderTests.folder(settings, weights: ["model.safetensors": weights], body)
    }

    private static func configuration(
        _ type: String,
        _ changes: [String: any Sendable] = [:]
    ) throws -> ModelConfiguration {
        var found: ModelConfiguration?
        try folder(type, changes) { found = try ModelFile.open(path: $0).configuration }
        return try #require(found)
    }

    @Test func theWindowsAreThoseOfTheList() throws {
        let kinds = ["full_attention", "sliding_attention"]
        let sizes = try Self.configuration("gemma2", ["layer_types": kinds])
        #expect(sizes.globalLayers == [0])
        #expect((0..<2).map(sizes.window) == [nil, 4])
        #expect(try Self.configuration("gemma2").globalLayers == [1])
        #expect(throws: ModelFileError.self) {
            try Self.configuration("gemma2", ["layer_types": kinds + kinds])
        }
    }

    @Test func scoresAreScaledByTheScalar() throws {
        let sizes = try Self.configuration("gemma2", ["query_pre_attn_scalar": 16])
        #expect(sizes.headWidth == 4)
        #expect(sizes.attentionScale == 0.25)
    }

    /// A GGUF file that was written as a folder can be converted back.
    @Test(arguments: [32, 128, 144, 168, 224, 256] as [UInt64])
    func theScalarStays(headWidth: UInt64) throws {
        let bytes = GGUFBuilder.gemma("gemma2", headWidth: headWidth).bytes()
        let model = try ModelFile.open(path: temporary.write(bytes, to: "model.gguf"))
        let folder = "\(temporary.path)/folder"
        _ = try CheckpointExport(model, type: .f32).write(to: folder)
        let data = try Data(contentsOf: URL(filePath: "\(folder)/config.json"))
        let settings = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        #expect(settings?["query_pre_attn_scalar"] as? Double == Double(headWidth))
        let copy = try ModelFile.open(path: folder)
        #expect(copy.configuration.attentionScale == model.configuration.attentionScale)
        try CheckpointConversion(copy).write(to: "\(temporary.path)/back.gguf")
    }

    /// GGUF has no factors of Gemma 2's rotation.
    @Test func aScaledRotationOfGemma2IsNotConverted() throws {
        let scaling: [String: any Sendable] = ["rope_type": "linear", "factor": 2.0]
        let changes: [String: any Sendable] = [
            "query_pre_attn_scalar": 4, "rope_scaling": scaling,
        ]
        try Self.folder("gemma2", changes) { path in
            let model = try ModelFile.open(path: path)
            let error = #expect(throws: ModelFileError.self) {
                try CheckpointConversion(model).write(to: "\(path)/model.gguf")
            }
            #expect(error?.message.contains("rope_scaling") == true)
        }
    }

    @Test func eachKindOfLayerHasItsRotation() throws {
        let parts: [String: any Sendable] = [
            "full_attention": ["rope_type": "linear", "factor": 8.0, "rope_theta": 500.0]
                as [String: any Sendable],
            "sliding_attention": ["rope_type": "default", "rope_theta": 50.0]
                as [String: any Sendable],
        ]
        try Self.folder("gemma3_text", ["rope_parameters": parts]) { path in
            let model = try ModelFile.open(path: path)
            #expect(model.configuration.ropeTheta == 500)
            #expect(model.configuration.localRopeTheta == 50)
            #expect(model.rotaryFactors.short == [8, 8])
        }
    }

    @Test func capsMayBeAbsent() throws {
        #expect(try Self.configuration("gemma2").softCaps == .init(scores: 50, logits: 30))
        try Self.folder("gemma2") { path in
            let place = URL(filePath: "\(path)/config.json")
            let data = try Data(contentsOf: place)
            var settings = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
            settings["attn_logit_softcapping"] = NSNull()
            try JSONSerialization.data(withJSONObject: settings).write(to: place)
            let sizes = try ModelFile.open(path: path).configuration
            #expect(sizes.softCaps == .init(scores: nil, logits: 30))
        }
    }

    private func opened(
        _ builder: GGUFBuilder,
        _ changes: [String: GGUFBuilder.Value]
    ) throws -> ModelFile {
        var builder = builder
        for (key, value) in changes { builder.set(key, value) }
        return try ModelFile.open(path: temporary.write(builder.bytes(), to: "tiny.gguf"))
    }

    /// An interval, or a mark for each layer with a window, as bytes or numbers.
    @Test func aFileMaySetTheWindows() throws {
        let key = "gemma3.attention.sliding_window_pattern"
        // An array (9) of bool (7): false, true.
        let marks = [7, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1] as [UInt8]
        for (value, layers) in [
            (.raw(type: 9, bytes: marks), [0]), (.int32s([1, 0]), [1]), (.uint32(2), [1]),
            (.uint32(1), [0, 1]), (nil, []),
        ] as [(GGUFBuilder.Value?, [Int])] {
            let model = try opened(.gemma("gemma3"), value.map { [key: $0] } ?? [:])
            #expect(model.configuration.globalLayers == layers)
        }
    }

    /// As in llama.cpp, a factor without a type is linear.
    @Test func aFactorWithoutATypeIsLinear() throws {
        let model = try opened(.gemma("gemma3"), ["gemma3.rope.scaling.factor": .float32(8)])
        #expect(model.rotaryFactors.short == [8])
        let key = "gemma2.rope.scaling.factor"
        #expect(try opened(.gemma("gemma2"), [key: .float32(1)]).rotaryFactors.short == nil)
        let error = #expect(throws: ModelFileError.self) {
            try opened(.gemma("gemma2"), [key: .float32(8)])
        }
        #expect(error?.message.contains("\"linear\"") == true)
    }
}

extension GGUFBuilder {
    /// A whole model of Gemma's architectures, as small as that of `model`.
    fileprivate static func gemma(_ name: String, headWidth: UInt64 = 2) -> GGUFBuilder {
        var builder = model(headWidth: headWidth)
        builder.values = builder.values.map { key, value in
            (key.hasPrefix("llama.") ? name + key.dropFirst(5) : key, value)
        }
        builder.set("general.architecture", .string(name))
        builder.set("\(name).attention.sliding_window", .uint32(4))
        for layer in 0..<2 {
            let block = "blk.\(layer)."
            builder.addVector(block + "post_attention_norm.weight", count: 8)
            builder.addVector(block + "post_ffw_norm.weight", count: 8)
            guard name == "gemma3" else { continue }
            builder.addVector(block + "attn_q_norm.weight", count: Int(headWidth))
            builder.addVector(block + "attn_k_norm.weight", count: Int(headWidth))
        }
        return builder
    }
}
