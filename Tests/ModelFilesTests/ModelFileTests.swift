import ChatTemplates
import ModelFiles
import Platform
import Tensors
import Testing
import Tokenizers

@Suite struct ModelFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func open(_ builder: GGUFBuilder) throws -> ModelFile {
        try ModelFile.open(path: folder.write(builder.bytes(), to: "tiny.gguf"))
    }

    func error(_ builder: GGUFBuilder) throws -> ModelFileError {
        try #require(throws: ModelFileError.self) { _ = try open(builder) }
    }

    @Test func readsTheConfiguration() throws {
        let model = try open(.model())
        let expected = ModelConfiguration(
            name: "Tiny",
            vocabularySize: 8,
            width: 8,
            layerCount: 2,
            headCount: 4,
            keyValueHeadCount: 2,
            headWidth: 2,
            feedForwardWidth: 12,
            contextLength: 64,
            ropeTheta: 50_000,
            rmsEpsilon: 1e-5,
            tiesEmbeddings: true
        )
        #expect(model.configuration == expected)
        #expect(
            expected.parameterCount == 8 * 8 + 8 + 2 * (8 * 8 * 2 + 8 * 4 * 2 + 3 * 8 * 12 + 16)
        )
        #expect(model.quantization == "F16")
        #expect(model.rotaryLayout == .adjacentPairs)
        #expect(model.rotaryFactors.short == nil)
    }

    @Test(arguments: [true, false]) func givesEachRoleItsTensor(tied: Bool) throws {
        let builder = GGUFBuilder.model(tied: tied)
        let model = try open(builder)
        func mark(_ role: TensorRole, _ layer: Int = 0) throws -> UInt8? {
            try model.weight(role, layer: layer).bytes.first
        }
        func place(_ name: String) -> UInt8? {
            builder.tensors.firstIndex { $0.name == name }.map { UInt8($0) }
        }
        #expect(try mark(.tokenEmbedding) == place("token_embd.weight"))
        #expect(try mark(.output) == place(tied ? "token_embd.weight" : "output.weight"))
        for layer in 0..<2 {
            #expect(try mark(.query, layer) == place("blk.\(layer).attn_q.weight"))
            #expect(try mark(.key, layer) == place("blk.\(layer).attn_k.weight"))
            #expect(try mark(.value, layer) == place("blk.\(layer).attn_v.weight"))
            #expect(try mark(.attentionOutput, layer) == place("blk.\(layer).attn_output.weight"))
            #expect(try mark(.gate, layer) == place("blk.\(layer).ffn_gate.weight"))
            #expect(try mark(.up, layer) == place("blk.\(layer).ffn_up.weight"))
            #expect(try mark(.down, layer) == place("blk.\(layer).ffn_down.weight"))
        }
        let down = try model.weight(.down, layer: 1)
        #expect((down.rows, down.columns) == (8, 12))
        let norm = try model.weight(.attentionNorm)
        #expect((norm.rows, norm.columns) == (1, 8))
    }

    @Test func aHeadMayBeWiderThanItsShareOfTheModel() throws {
        let model = try open(.model(headWidth: 6))
        #expect(model.configuration.headWidth == 6)
        #expect(try model.weight(.query).rows == 24)
        #expect(try model.weight(.attentionOutput).columns == 24)
    }

    @Test func everyTensorIsMissedByItsName() throws {
        for name in GGUFBuilder.model().tensors.map(\.name) {
            var builder = GGUFBuilder.model()
            builder.remove(name)
            let error = try error(builder)
            #expect(error.code == .missingPart)
            #expect(error.message.contains(name))
        }
    }

    @Test func everyTensorsShapeIsChecked() throws {
        for (index, tensor) in GGUFBuilder.model().tensors.enumerated() {
            var builder = GGUFBuilder.model()
            builder.tensors[index].extents[0] += 1
            builder.tensors[index].bytes += [UInt8](repeating: 0, count: 64)
            let error = try error(builder)
            // The vocabulary has as many tokens as the embedding has rows; its width is checked.
            #expect(error.code == .wrongShape, "\(tensor.name): \(error)")
            #expect(error.message.contains(tensor.name))
        }
    }

    @Test(arguments: [
        "llama.block_count", "llama.context_length", "llama.embedding_length",
        "llama.feed_forward_length", "llama.attention.head_count",
        "llama.attention.layer_norm_rms_epsilon", "tokenizer.ggml.model", "tokenizer.ggml.tokens",
        "tokenizer.ggml.merges", "general.architecture",
    ])
    func everyNeededSettingIsMissedByItsName(key: String) throws {
        var builder = GGUFBuilder.model()
        builder.set(key, nil)
        let error = try error(builder)
        #expect(error.code == .missingPart)
        #expect(error.message.contains(key == "general.architecture" ? "architecture" : key))
    }

    @Test func anUnknownArchitectureIsNamed() throws {
        var builder = GGUFBuilder.model()
        builder.set("general.architecture", .string("gemma7"))
        let error = try error(builder)
        #expect(error.code == .unsupportedArchitecture)
        #expect(
            error.message.contains(
                "unknown architecture \"gemma7\"; supported: llama, qwen2, qwen3"
            )
        )
    }

    /// A setting that would change the model's results, and a word in its refusal.
    struct Setting: Sendable, CustomTestStringConvertible {
        let key: String
        let value: @Sendable () -> GGUFBuilder.Value
        let word: String
        var testDescription: String { "\(key) \(value())" }
    }

    static let refused: [Setting] = [
        Setting(key: "llama.expert_count", value: { .uint32(8) }, word: "8 experts"),
        Setting(key: "llama.rope.scaling.type", value: { .string("yarn") }, word: "yarn"),
        Setting(key: "llama.rope.scaling.factor", value: { .float32(8) }, word: "\"linear\""),
        Setting(
            key: "llama.attention.sliding_window_pattern",
            value: { .uint32(6) },
            word: "some of its layers"
        ),
        Setting(
            key: "llama.attn_logit_softcapping",
            value: { .float32(50) },
            word: "it caps scores"
        ),
        Setting(
            key: "llama.final_logit_softcapping",
            value: { .float32(30) },
            word: "it caps logits"
        ),
        Setting(key: "llama.attention.causal", value: { .bool(false) }, word: "embeddings"),
        Setting(key: "llama.attention.scale", value: { .float32(0.5) }, word: "scores"),
        Setting(key: "llama.rope.scale_linear", value: { .float32(2) }, word: "scaled by 2"),
        Setting(key: "llama.rope.dimension_count", value: { .uint32(1) }, word: "dimension_count"),
        Setting(key: "llama.attention.value_length", value: { .uint32(4) }, word: "value_length"),
        Setting(key: "llama.attention.head_count", value: { .int32s([4, 4]) }, word: "head_count"),
        Setting(key: "llama.attention.head_count", value: { .uint32(0) }, word: "head_count is 0"),
        Setting(key: "llama.attention.head_count", value: { .uint32(3) }, word: "3 heads"),
        Setting(key: "llama.attention.head_count_kv", value: { .uint32(3) }, word: "3 key/value"),
        Setting(key: "llama.attention.key_length", value: { .uint32(3) }, word: "3 wide"),
        Setting(key: "llama.block_count", value: { .int32(-1) }, word: "block_count is -1"),
        Setting(key: "llama.block_count", value: { .uint64(1 << 40) }, word: "block_count"),
        Setting(key: "llama.block_count", value: { .uint32(3) }, word: "blk.2"),
        Setting(key: "llama.rope.freq_base", value: { .float32(.nan) }, word: "freq_base"),
        Setting(key: "general.type", value: { .string("adapter") }, word: "adapter"),
        Setting(
            key: "general.architecture",
            value: { .string("granitemoehybrid") },
            word: "unknown architecture"
        ),
        Setting(key: "tokenizer.ggml.model", value: { .string("bert") }, word: "\"bert\""),
        Setting(key: "tokenizer.ggml.pre", value: { .string("klingon") }, word: "klingon"),
        Setting(key: "tokenizer.ggml.tokens", value: { .strings(["a"]) }, word: "1 tokens"),
        Setting(key: "tokenizer.ggml.token_type", value: { .int32s([3]) }, word: "types"),
        Setting(key: "tokenizer.ggml.token_type", value: { .int32s([77]) }, word: "type 77"),
        Setting(key: "tokenizer.ggml.eos_token_id", value: { .uint32(99) }, word: "99"),
        Setting(key: "tokenizer.ggml.merges", value: { .strings(["a z"]) }, word: "a z"),
    ]

    @Test(arguments: refused) func unsupportedSettingsAreRefused(setting: Setting) throws {
        var builder = GGUFBuilder.model()
        builder.set(setting.key, setting.value())
        let error = try error(builder)
        #expect(error.message.contains(setting.word), "\(error)")
        #expect(error.message.contains("tiny.gguf"))
    }

    @Test func anUnusedTensorIsRefused() throws {
        var builder = GGUFBuilder.model()
        builder.addVector("blk.1.attn_q.bias", count: 8)
        let error = try error(builder)
        #expect(error.code == .unsupportedArchitecture)
        #expect(error.message.contains("blk.1.attn_q.bias"))
    }

    @Test func rotaryFactorsAreRead() throws {
        var builder = GGUFBuilder.model(headWidth: 6)
        builder.addVector("rope_freqs.weight", count: 3)
        #expect(try open(builder).rotaryFactors.short == [1, 2, 3])
        builder.remove("rope_freqs.weight")
        builder.addVector("rope_freqs.weight", count: 4)
        #expect(try error(builder).code == .wrongShape)
    }

    @Test func theTokenizerComesFromTheFile() throws {
        let tokenizer = try open(.model()).tokenizer
        #expect(tokenizer.vocabularySize == 8)
        #expect((tokenizer.bos, tokenizer.eos) == (6, 0))
        #expect(!tokenizer.addsBOS)
        #expect(tokenizer.isControl(6))
        #expect(tokenizer.id(of: Array("abc".utf8)) == 5)
    }

    @Test func aModelWithoutTemplateOpensAndReportsItOnUse() throws {
        let model = try open(.model())
        #expect(model.chatTemplate == nil)
        let error = try #require(throws: ModelFileError.self) {
            _ = try model.requiredChatTemplate()
        }
        #expect(error.message.hasSuffix("has no chat template."))
    }

    @Test func theChatTemplateComesFromTheFile() throws {
        var builder = GGUFBuilder.model()
        let source = "{% for message in messages %}{{ message['content'] }}{% endfor %}"
        builder.set("tokenizer.chat_template", .string(source))
        #expect(try open(builder).requiredChatTemplate().source == source)
    }

    @Test func noChangedByteOfAModelTraps() throws {
        let whole = GGUFBuilder.model().bytes()
        var random = SplitMix(state: 11)
        for _ in 0..<1500 {
            var bytes = whole
            bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(
                truncatingIfNeeded: random.next()
            )
            guard let model = try? ModelFile.open(path: folder.write(bytes)) else { continue }
            #expect(try model.weight(.query, layer: 1).bytes.count == 128)
        }
    }
}
