import Foundation
import ModelFiles
import Platform
import Tensors
import Testing

/// LoRA adapters in llama.cpp's format.
@Suite struct GGUFAdapterTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func adapter(
        _ change: (inout AdapterConfiguration) -> Void = { _ in }
    ) throws
        -> AdapterFile
    {
        let plain = try AdapterFileTests().adapter()
        var configuration = plain.configuration
        change(&configuration)
        return try AdapterFile(configuration: configuration, tensors: Array(plain.tensors.values))
    }

    /// A file with pairs of matrices of ones, by layer and changed matrix.
    private func file(
        _ pairs: [(layer: Int, name: String, rank: Int)],
        alpha: Float? = 6,
        change: (inout GGUFBuilder) -> Void = { _ in }
    ) throws -> String {
        var file = GGUFBuilder()
        file.set("general.architecture", .string("qwen2"))
        file.set("general.type", .string("adapter"))
        file.set("adapter.type", .string("lora"))
        if let alpha { file.set("adapter.lora.alpha", .float32(alpha)) }
        let shapes = ["attn_q": (8, 4), "ffn_down": (4, 6)]
        for pair in pairs {
            let shape = shapes[pair.name] ?? (4, 4)
            add("blk.\(pair.layer).\(pair.name).weight.lora_a", [pair.rank, shape.1], to: &file)
            add("blk.\(pair.layer).\(pair.name).weight.lora_b", [shape.0, pair.rank], to: &file)
        }
        change(&file)
        return try folder.write(file.bytes(), to: "adapter.gguf")
    }

    private func add(_ name: String, _ shape: [Int], to file: inout GGUFBuilder) {
        let ones = [Float](repeating: 1, count: shape.reduce(1, *))
        file.tensors.append(
            .init(
                name: name,
                extents: shape.reversed().map { UInt64($0) },
                bytes: ones.withUnsafeBytes { [UInt8]($0) }
            )
        )
    }

    private func refusal(
        _ path: String,
        for model: ModelConfiguration = .tiny("qwen2")
    ) -> ModelFileError? {
        #expect(throws: ModelFileError.self) { try AdapterFile.read(path: path, for: model) }
    }

    @Test(arguments: ["llama", "qwen2"])
    func aWrittenFileReadsBackEqual(architecture: String) throws {
        let written = try adapter()
        let path = folder.path + "/adapter.gguf"
        try written.writeGGUF(to: path, for: .tiny(architecture))
        let read = try AdapterFile.read(path: path, for: .tiny(architecture))
        #expect(read.tensors == written.tensors)
        #expect(read.configuration == written.configuration)
        #expect(try AdapterFile.configuration(path: path) == written.configuration)
        #expect(AdapterFile.layout(at: path) == .gguf)
    }

    /// In folders of the dense Granite 4 gate and up are fused, in GGUF they are not.
    @Test func aFusedChangeIsThatOfItsParts() throws {
        let (fused, apart) = (
            ModelConfiguration.tiny("granitemoehybrid"), ModelConfiguration.tiny("granite")
        )
        func tensors(_ module: String, _ rows: Int, _ columns: Int) -> [AdapterTensor] {
            (0..<2).flatMap { layer in
                [(AdapterFile.Factor.a, 2, columns), (.b, rows, 2)].map { factor, rows, columns in
                    AdapterTensor(
                        name: AdapterFile.name(layer: layer, module: module, factor: factor),
                        rows: rows,
                        columns: columns,
                        values: (0..<rows * columns).map { Float($0 + layer) }
                    )
                }
            }
        }
        let written = try AdapterFile(
            configuration: AdapterConfiguration(
                rank: 2,
                alpha: 4,
                targetModules: ["input_linear", "output_linear"]
            ),
            tensors: tensors("input_linear", 12, 4) + tensors("output_linear", 4, 6)
        )
        let path = folder.path + "/adapter.gguf"
        try written.writeGGUF(to: path, for: fused)
        #expect(try AdapterFile.read(path: path, for: fused).tensors == written.tensors)
        let parts = try AdapterFile.read(path: path, for: apart)
        #expect(parts.configuration.targetModules == ["gate_proj", "up_proj", "down_proj"])
        let b = try #require(parts.tensor(layer: 1, module: "up_proj", factor: .b))
        #expect(b.values == (12..<24).map { Float($0 + 1) })
        // Two matrices A are not a change of one matrix.
        let two = try AdapterFile(
            configuration: AdapterConfiguration(
                rank: 2,
                alpha: 4,
                targetModules: ["gate_proj", "up_proj"]
            ),
            tensors: tensors("gate_proj", 6, 4)
                + tensors("up_proj", 6, 4).map {
                    AdapterTensor(
                        name: $0.name,
                        rows: $0.rows,
                        columns: $0.columns,
                        values: $0.values.map { 2 * $0 }
                    )
                }
        )
        try two.writeGGUF(to: path, for: apart)
        #expect(refusal(path, for: fused)?.message.contains("different lora_A") == true)
    }

    @Test func theFileIsNamedAsLlamaCppNamesIt() throws {
        let path = folder.path + "/adapter.gguf"
        try adapter().writeGGUF(to: path, for: .tiny())
        let file = try GGUFFile(path: path)
        #expect(file.metadata["general.type"]?.text == "adapter")
        #expect(file.metadata["adapter.type"]?.text == "lora")
        #expect(file.metadata["adapter.lora.alpha"]?.number == 6)
        #expect(file.tensors.count == 2 * 7 * 2)
        #expect(file.tensors["blk.1.attn_q.weight.lora_a"]?.shape == [3, 4])
        #expect(file.tensors["blk.1.attn_q.weight.lora_b"]?.shape == [8, 3])
        // The halves of a head become adjacent: its rows 0, 2, 1, 3.
        let b = try #require(
            adapter().tensor(layer: 0, module: "q_proj", factor: .b)?.values
        )
        let stored = try file.weight(named: "blk.0.attn_q.weight.lora_b").bytes
        let second = (0..<3).map {
            stored.loadUnaligned(fromByteOffset: 4 * (3 + $0), as: Float.self)
        }
        #expect(second == Array(b[6..<9]))
    }

    @Test func aScaleThatNoAlphaExpressesIsKept() throws {
        let path = folder.path + "/adapter.gguf"
        let stable = try adapter { $0.usesRankStabilization = true }
        try stable.writeGGUF(to: path, for: .tiny())
        let read = try AdapterFile.read(path: path, for: .tiny())
        #expect(abs(read.configuration.scale - stable.configuration.scale) < 1e-6)
        // An alpha of 0 means a scale of 1 in GGUF.
        try adapter { $0.alpha = 0 }.writeGGUF(to: path, for: .tiny())
        let nothing = try AdapterFile.read(path: path, for: .tiny())
        let b = try #require(nothing.tensor(layer: 0, module: "q_proj", factor: .b))
        #expect(nothing.configuration.scale == 1 && b.values.allSatisfy { $0 == 0 })
    }

    @Test(arguments: [nil, 0] as [Float?])
    func withoutAnAlphaTheScaleIsOne(alpha: Float?) throws {
        let path = try file([(0, "attn_q", 2), (1, "attn_q", 4)], alpha: alpha)
        let read = try AdapterFile.read(path: path, for: .tiny("qwen2"))
        #expect(read.configuration.scale == 1 && read.configuration.rank == 4)
        let b = try #require(read.tensor(layer: 0, module: "q_proj", factor: .b))
        #expect(Array(b.values.prefix(4)) == [1, 1, 0, 0])
    }

    @Test func theAlphaIsDividedByEachPairsRank() throws {
        let path = try file([(0, "attn_q", 2), (0, "ffn_down", 3)])
        let read = try AdapterFile.read(path: path, for: .tiny("qwen2"))
        #expect(read.configuration.scale == 2)
        let b = try #require(read.tensor(layer: 0, module: "q_proj", factor: .b))
        #expect(Array(b.values.prefix(3)) == [1.5, 1.5, 0])
        // The second layer has a change of zero.
        let a = try #require(read.tensor(layer: 1, module: "q_proj", factor: .a))
        #expect(a.values.allSatisfy { $0 == 0 } && read.isEvened)
    }

    @Test func trainingContinuesOnlyWithUniformLayers() throws {
        let uneven = try file([(0, "attn_q", 2), (0, "ffn_down", 3)])
        #expect(throws: ModelFileError.self) { try AdapterFile.configuration(path: uneven) }
        let gap = try file([(1, "attn_q", 2)])
        #expect(throws: ModelFileError.self) { try AdapterFile.configuration(path: gap) }
        let even = try file([(0, "attn_q", 2), (1, "attn_q", 2)])
        #expect(try AdapterFile.configuration(path: even).targetModules == ["q_proj"])
    }

    @Test func aMismatchIsNamed() throws {
        let pairs = [(layer: 0, name: "attn_q", rank: 2)]
        #expect(
            refusal(try file(pairs), for: .tiny("llama"))?.code == .wrongShape
        )
        #expect(refusal(try file([(2, "attn_q", 2)]))?.message.contains("layer 2 of 2") == true)
        let half = try file(pairs) { add("blk.1.attn_q.weight.lora_a", [2, 4], to: &$0) }
        #expect(refusal(half)?.message.contains("one half") == true)
        let ranks = try file(pairs) {
            add("blk.1.attn_q.weight.lora_a", [2, 4], to: &$0)
            add("blk.1.attn_q.weight.lora_b", [8, 3], to: &$0)
        }
        #expect(refusal(ranks)?.message.contains("a B of rank 3") == true)
        let shape = try file(pairs) {
            add("blk.1.attn_q.weight.lora_a", [2, 5], to: &$0)
            add("blk.1.attn_q.weight.lora_b", [8, 2], to: &$0)
        }
        #expect(refusal(shape)?.message.contains("8 x 5") == true)
    }

    @Test(arguments: [
        "token_embd.weight.lora_a", "blk.0.attn_q.weight", "blk.00.attn_q.weight.lora_a",
        "blk.0.attn_norm.weight.lora_a", "blk.0.attn_q.weight.lora_c",
    ])
    func anUnknownMatrixIsNamed(name: String) throws {
        let path = try file([(0, "attn_q", 2)]) { add(name, [2, 4], to: &$0) }
        #expect(refusal(path)?.message.contains(name) == true)
    }

    @Test func anAdapterOfAnotherTypeIsRefused() throws {
        let pairs = [(layer: 0, name: "attn_q", rank: 2)]
        let model = try file(pairs) { $0.set("general.type", .string("model")) }
        #expect(refusal(model)?.code == .foreignFormat)
        #expect(AdapterFile.layout(at: model) == nil)
        let other = try file(pairs) { $0.set("adapter.type", .string("control_vector")) }
        #expect(refusal(other)?.message.contains("control_vector") == true)
        let activated = try file(pairs) {
            $0.set("adapter.alora.invocation_tokens", .int32s([1]))
        }
        #expect(refusal(activated)?.code == .unsupportedAdapter)
        #expect(refusal(folder.path + "/none.gguf")?.code == .notFound)
        #expect(refusal(folder.path + "/none")?.code == .notFound)
    }
}
