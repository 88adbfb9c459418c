import Foundation
import ModelFiles
import Platform
import Testing
import TestModels

/// Damaged adapters, as folders and in GGUF, the same ones in every run.
@Suite(.serialized) struct DamagedAdapterTests {
    private static let model = AdapterFileTests.model
    private let tests: AdapterFileTests
    private let path: String

    init() throws {
        tests = try AdapterFileTests()
        path = tests.folder.path + "/adapter"
    }

    /// Reads an adapter; returns false for an error, and checks that a read one is complete.
    private func read(_ adapter: () throws(ModelFileError) -> AdapterFile) throws -> Bool {
        do throws(ModelFileError) {
            let adapter = try adapter()
            #expect(adapter.configuration.rank > 0)
            for tensor in adapter.tensors.values {
                #expect(tensor.values.count == tensor.rows * tensor.columns)
                #expect(!tensor.values.contains { !$0.isFinite })
            }
            return true
        } catch {
            try #require(!error.message.isEmpty && error.message.utf8.count < 10_000)
            return false
        }
    }

    @Test func `a damaged adapter is refused or whole`() throws {
        try tests.adapter().write(folder: path)
        let plain = try content("adapter_config.json")
        let tensors = try content("adapter_model.safetensors")
        let patterns = String(decoding: plain, as: UTF8.self)
            .replacing("\"rank_pattern\" : {", with: "\"rank_pattern\" : {\"q_proj\": 3")
            .replacing(
                "\"alpha_pattern\" : {",
                with: "\"alpha_pattern\" : {\"layers.0.mlp.up_proj\": 2"
            )
        let words = [
            "null", "true", "[]", "{}", "\"\"", "-1", "1e308", "\"all-linear\"",
            "\"target_modules\": []", "\"rank_pattern\": {\"x\": 9}",
            "\"layers_to_transform\": [0],", "layers.65535", "layers.99999999999999999999",
            String(repeating: "[", count: 600),
        ].map { Array($0.utf8) }
        var mutator = Mutator(seed: Endurance.seed &+ 3)
        var outcomes: Set<Bool> = []
        try Endurance.expectBounds {
            for index in 0..<Endurance.cases(1000) {
                let isOfConfiguration = index % 4 != 0
                let sound = isOfConfiguration ? [plain, Array(patterns.utf8)] : [tensors]
                try write(
                    isOfConfiguration ? mutator.damaged(sound, words: words) : Array(patterns.utf8),
                    "adapter_config.json"
                )
                try write(
                    isOfConfiguration ? tensors : mutator.damaged(sound, words: words),
                    "adapter_model.safetensors"
                )
                let path = path
                outcomes.insert(
                    try read { () throws(ModelFileError) in
                        try AdapterFile.read(path: path, for: Self.model)
                    }
                )
            }
        }
        #expect(outcomes == [true, false])
    }

    @Test(arguments: ["llama", "qwen2"])
    func `a damaged LoRA in GGUF is refused or whole`(architecture: String) throws {
        let model = ModelConfiguration.tiny(architecture)
        let file = path + ".gguf"
        var files: [[UInt8]] = []
        for targets in [
            ["q_proj"], ["k_proj", "down_proj"], AdapterConfiguration.supportedModules,
        ] {
            try tests.adapter(targets: targets).writeGGUF(to: file, for: model)
            files.append(Array(try Data(contentsOf: URL(filePath: file))))
        }
        let words: [[UInt8]] =
            [
                "adapter", "lora", "adapter.lora.alpha", "blk.0.", "blk.1.attn_q.weight.lora_a",
                "lora_b", "general.architecture",
            ].map { Array($0.utf8) } + [
                [0, 0, 0, 0, 0, 0, 0, 0x80], .init(repeating: 0xFF, count: 8),
            ]
        var mutator = Mutator(seed: Endurance.seed &+ 4)
        var outcomes: Set<Bool> = []
        try Endurance.expectBounds {
            for _ in 0..<Endurance.cases(1000) {
                let bytes = mutator.damaged(files, words: words)
                outcomes.insert(
                    try read { () throws(ModelFileError) in
                        let mapped = try MappedFile(copying: bytes, path: "damaged.gguf")
                        return try AdapterFile.read(GGUFFile(mapped), for: model)
                    }
                )
            }
        }
        #expect(outcomes == [true, false])
    }

    private func content(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: "\(path)/\(name)")))
    }

    private func write(_ bytes: [UInt8], _ name: String) throws {
        _ = try tests.folder.write(bytes, to: "adapter/\(name)")
    }
}

extension Endurance {
    /// No reader needs more for a file of a few kilobytes.
    private static let addressSpace = 2 << 30

    /// Runs code that may not take more memory than small files justify.
    static func expectBounds(_ body: () throws -> Void) rethrows {
        let before = peakAddressSpace()
        try body()
        #expect(peakAddressSpace() - before < addressSpace)
    }
}
