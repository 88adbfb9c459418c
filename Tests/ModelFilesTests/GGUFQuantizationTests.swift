import ModelFiles
import Platform
import Synchronization
import Tensors
import Testing

@Suite struct GGUFQuantizationTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    var path: String { folder.path + "/out.gguf" }

    /// A model's tensors in float32, with rows of `columns` numbers.
    func source(
        columns: Int = 256,
        layers: Int = 8,
        hasOutput: Bool = true,
        change: (inout GGUFBuilder) -> Void = { _ in }
    ) throws -> GGUFFile {
        var builder = GGUFBuilder()
        builder.values = [
            ("general.architecture", .string("llama")), ("general.file_type", .uint32(0)),
            ("llama.block_count", .uint32(UInt32(layers))),
            ("llama.attention.head_count", .uint32(4)),
            ("some.words", .strings(["a", "b"])), ("split.count", .uint32(1)),
        ]
        var random = SplitMix(state: 3)
        func add(_ name: String, rows: Int?) {
            let count = (rows ?? 1) * columns
            var bytes: [UInt8] = []
            for _ in 0..<count {
                let value = Float(random.next() >> 40) * 0x1p-23 - 1
                bytes.append((0.1 * value).bitPattern)
            }
            let extents = [UInt64(columns)] + (rows.map { [UInt64($0)] } ?? [])
            builder.tensors.append(.init(name: name, extents: extents, bytes: bytes))
        }
        add("token_embd.weight", rows: 5)
        for layer in 0..<layers {
            add("blk.\(layer).attn_norm.weight", rows: nil)
            add("blk.\(layer).attn_q.weight", rows: 2)
            add("blk.\(layer).attn_v.weight", rows: 2)
            add("blk.\(layer).ffn_down.weight", rows: 3)
        }
        add("output_norm.weight", rows: nil)
        if hasOutput { add("output.weight", rows: 5) }
        change(&builder)
        return try GGUFFile(path: folder.write(builder.bytes(), to: "source.gguf"))
    }

    func write(
        _ source: GGUFFile,
        _ recipe: QuantizationRecipe
    ) async throws -> (file: GGUFFile, report: GGUFQuantization.Report) {
        let report = try await GGUFQuantization(source, recipe: recipe).write(to: path)
        return (try GGUFFile(path: path), report)
    }

    @Test func theMediumRecipeGivesSomeLayersMoreBits() async throws {
        let (file, report) = try await write(source(), .q4_k_m)
        func types(_ name: String) -> [ElementType?] {
            (0..<8).map { file.tensors["blk.\($0).\(name).weight"]?.type }
        }
        // As in llama.cpp: the first eighth, the last, and every third in between.
        let mixed: [ElementType] = [.q6_k, .q4_k, .q4_k, .q6_k, .q4_k, .q4_k, .q6_k, .q6_k]
        #expect(types("attn_v") == mixed)
        #expect(types("ffn_down") == mixed)
        #expect(types("attn_q") == [ElementType](repeating: .q4_k, count: 8))
        #expect(types("attn_norm") == [ElementType](repeating: .f32, count: 8))
        #expect(file.tensors["output.weight"]?.type == .q6_k)
        #expect(file.tensors["token_embd.weight"]?.type == .q4_k)
        #expect(file.metadata["general.file_type"]?.integer == 15)
        #expect(file.metadata["general.quantization_version"]?.integer == 2)
        #expect(file.metadata["split.count"] == nil)
        guard case .array(let words) = file.metadata["some.words"] else {
            Issue.record("the words are gone")
            return
        }
        #expect(words.strings() == [Array("a".utf8), Array("b".utf8)])
        #expect(report.fallbacks == [])
        #expect(report.byteCount == file.byteCount)
        #expect(report.numberCounts[.f32] == 9 * 256)
    }

    @Test func aTiedEmbeddingIsTreatedAsTheOutput() async throws {
        let (file, _) = try await write(source(hasOutput: false), .q4_0)
        #expect(file.tensors["token_embd.weight"]?.type == .q6_k)
        #expect(file.tensors["blk.0.attn_q.weight"]?.type == .q4_0)
    }

    @Test(arguments: [
        (QuantizationRecipe.q4_k_m, 288, ElementType.q5_0, ElementType.q8_0),
        (.q5_k_m, 288, .q5_1, .q8_0), (.q6_k, 288, .q8_0, .q8_0), (.q4_k_m, 40, .f16, .f16),
        (.q8_0, 40, .f16, .f16), (.q4_1, 288, .q4_1, .q8_0),
    ]) func rowsThatAreNoWholeBlocksGetTheNextBestType(
        recipe: QuantizationRecipe,
        columns: Int,
        plain: ElementType,
        better: ElementType
    ) async throws {
        let (file, report) = try await write(source(columns: columns), recipe)
        #expect(file.tensors["blk.1.attn_q.weight"]?.type == plain)
        if recipe == .q4_k_m { #expect(file.tensors["blk.0.attn_v.weight"]?.type == better) }
        let isFitting = columns % recipe.type.blockLength == 0
        #expect(report.fallbacks.isEmpty == isFitting)
        #expect(report.fallbacks.first == (isFitting ? nil : "token_embd.weight"))
    }

    @Test(arguments: QuantizationRecipe.allCases)
    func everyRecipeStoresTheNumbers(recipe: QuantizationRecipe) async throws {
        let source = try source()
        let (file, report) = try await write(source, recipe)
        for (name, tensor) in source.tensors {
            let (before, after) = (try numbers(source, name), try numbers(file, name))
            let count = tensor.elementCount
            let error = zip(before, after).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            // Of numbers uniform in ±0.1; four bits leave about 0.004.
            #expect((error / Float(count)).squareRoot() < 0.006, "\(name)")
            if file.tensors[name]?.type == .f32 { #expect(before == after) }
        }
        #expect(report.sourceByteCount == source.byteCount)
    }

    private func numbers(_ file: GGUFFile, _ name: String) throws -> [Float] {
        let weight = try file.weight(named: name)
        let count = weight.rows * weight.columns
        return [Float](unsafeUninitializedCapacity: count) { out, written in
            weight.type.dequantize(weight.row(0), count: count, into: out.baseAddress!)
            written = count
        }
    }

    @Test func aQuantizedFileIsQuantizedAgainOnlyIfThatIsAllowed() async throws {
        _ = try await write(source(), .q8_0)
        let file = try GGUFFile(path: path)
        let error = try await #require(throws: ModelFileError.self) {
            try await GGUFQuantization(file, recipe: .q4_0).write(to: folder.path + "/two.gguf")
        }
        #expect(error.code == .unsupportedType)
        #expect(error.message.contains("is quantized already"))
        var quantization = GGUFQuantization(file, recipe: .q4_0)
        quantization.allowsRequantizing = true
        _ = try await quantization.write(to: folder.path + "/two.gguf")
        let second = try GGUFFile(path: folder.path + "/two.gguf")
        #expect(second.tensors["blk.0.attn_q.weight"]?.type == .q4_0)
        // Nothing changes its type: allowed, and the same bytes.
        let same = try await GGUFQuantization(file, recipe: .q8_0).write(to: path)
        #expect(same.byteCount == file.byteCount)
    }

    @Test(arguments: [Float.nan, .infinity, 1e6]) func aNumberWithoutAPlaceIsNamed(
        value: Float
    ) async throws {
        let source = try source { builder in
            let index = builder.tensors.firstIndex { $0.name == "blk.3.attn_q.weight" } ?? 0
            for (i, byte) in withUnsafeBytes(of: value.bitPattern, Array.init).enumerated() {
                builder.tensors[index].bytes[400 + i] = byte
            }
        }
        for recipe in [QuantizationRecipe.q4_k_m, .q8_0, .f16] {
            let error = try await #require(throws: ModelFileError.self) {
                try await GGUFQuantization(source, recipe: recipe).write(to: path)
            }
            #expect(error.message.contains("blk.3.attn_q.weight"))
            #expect(error.hint != nil)
        }
        #expect(try folder.contents() == ["source.gguf"])
    }

    @Test func progressReachesTheEndAndStoppingLeavesNothing() async throws {
        let source = try source()
        let seen = Mutex<[GGUFQuantization.Progress]>([])
        _ = try await GGUFQuantization(source, recipe: .q8_0).write(to: path) { progress in
            seen.withLock { $0.append(progress) }
        }
        let progress = seen.withLock { $0 }
        #expect(progress.map(\.numberCount) == progress.map(\.numberCount).sorted())
        #expect(progress.last?.numberCount == progress.last?.totalNumberCount)

        let error = try #require(throws: ModelFileError.self) {
            var steps = 0
            _ = try GGUFQuantization(source, recipe: .q8_0).write(
                to: folder.path + "/stopped.gguf",
                isCancelled: {
                    steps += 1
                    return steps > 5
                },
                progress: { _ in }
            )
        }
        #expect(error.code == .cancelled)
        #expect(try folder.contents() == ["out.gguf", "source.gguf"])
    }

    @Test func recipesAreFoundByNameInAnyCase() {
        #expect(QuantizationRecipe(name: "q4_k_m") == .q4_k_m)
        #expect(QuantizationRecipe(name: "Q5_K") == .q5_k_m)
        #expect(QuantizationRecipe(name: "bf16") == .bf16)
        #expect(QuantizationRecipe(name: "Q9") == nil)
    }
}
