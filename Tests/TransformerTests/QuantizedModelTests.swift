import ModelFiles
import Platform
import Tensors
import Testing
import TestModels
import Transformer

/// Products with weights of the newer types against the same numbers in float32.
@Suite struct QuantizedModelTests {
    /// Two models of equal numbers: one with quantized matrices, one with them in float32.
    struct Pair {
        let quantized: LanguageModel
        let plain: LanguageModel
    }

    /// Wide enough that a tile's border lies within a block of 256.
    static func source(_ folder: String, width: Int) throws -> String {
        var tiny = TestModel()
        (tiny.width, tiny.feedForwardWidth, tiny.heads, tiny.keyValueHeads) = (width, 1280, 8, 2)
        let path = "\(folder)/source.gguf"
        try tiny.write(to: path)
        return path
    }

    static func inRecipe(_ recipe: QuantizationRecipe, _ folder: String) async throws -> Pair {
        let source = try GGUFFile(path: source(folder, width: 512))
        let (quantized, plain) = ("\(folder)/quantized.gguf", "\(folder)/plain.gguf")
        _ = try await GGUFQuantization(source, recipe: recipe).write(to: quantized)
        var widening = GGUFQuantization(try GGUFFile(path: quantized), recipe: .f32)
        widening.allowsRequantizing = true
        _ = try await widening.write(to: plain)
        return Pair(
            quantized: try LanguageModel(ModelFile.open(path: quantized)),
            plain: try LanguageModel(ModelFile.open(path: plain))
        )
    }

    /// The layers' matrices in NF4, and the same numbers written in float32.
    static func inNormalFloat(_ folder: String) throws -> Pair {
        let path = try source(folder, width: 384)
        let file = try GGUFFile(path: path)
        var writer = GGUFWriter()
        writer.metadata = file.storedMetadata.map { ($0.key, .stored($0)) }
        writer.tensors = file.tensorsInOrder.map {
            GGUFWriter.Tensor(name: $0.name, shape: $0.shape, type: $0.type)
        }
        let plain = "\(folder)/plain.gguf"
        try writer.write(to: plain) { index, sink in
            let tensor = writer.tensors[index]
            let weight = try file.weight(named: tensor.name)
            guard tensor.name.hasPrefix("blk."), weight.rows > 1 else {
                return try sink.write(weight.bytes)
            }
            let matrix = try NormalFloatMatrix(quantizing: weight, on: .shared).weight
            var numbers = [Float](repeating: 0, count: matrix.rows * matrix.columns)
            matrix.type.dequantize(matrix.row(0), count: numbers.count, into: &numbers)
            try sink.write(numbers.withUnsafeBytes { Array($0) })
        }
        return Pair(
            quantized: try LanguageModel(ModelFile.open(path: path), usesNormalFloat: true),
            plain: try LanguageModel(ModelFile.open(path: plain))
        )
    }

    static func gradients(
        _ model: LanguageModel,
        _ precision: Precision
    ) throws -> (loss: Double, values: [Float]) {
        let adapter = LoRA(model.configuration, shape: .init(rank: 3, alpha: 6), seed: 4)
        let random = CounterRandom(seed: 9, purpose: .sampling)
        for i in 0..<adapter.parameters.count where adapter.parameters.pointer[i] == 0 {
            adapter.parameters.pointer[i] = Float(random.uniform(step: 0, index: i) - 0.5) * 0.2
        }
        let pass = TrainingPass(
            model,
            TrainingPass.Configuration(
                tokenCapacity: 64,
                shape: adapter.shape,
                precision: precision
            )
        )
        let buffer = FloatBuffer(count: adapter.parameters.count)
        let loss = try pass.lossAndGradients(
            GradientTests.batch(lengths: [9, 14]),
            adapter: adapter,
            gradients: buffer,
            targetCount: 1
        )
        return withExtendedLifetime((buffer, adapter)) { (loss, Array(buffer.values)) }
    }

    static func logits(_ model: LanguageModel, _ precision: Precision) throws -> [Float] {
        let pass = InferencePass(
            model,
            tokenCapacity: 16,
            contextLength: 32,
            precision: precision,
            decodes: true
        )
        let cache = KeyValueCache(model.configuration, capacity: 32, precision: precision)
        let first = Array(try pass.logits([5, 9, 100, 7], cache: cache, adapter: nil))
        return first + Array(try pass.logits([20], cache: cache, adapter: nil))
    }

    static func expectEqual(_ pair: Pair) throws {
        for precision in Precision.allCases {
            let (ours, plain) = (
                try gradients(pair.quantized, precision), try gradients(pair.plain, precision)
            )
            let largest = plain.values.map(abs).max() ?? 0
            // The same numbers in the same order; in `fast` both are rounded to bfloat16.
            #expect(abs(ours.loss - plain.loss) <= 1e-6 * abs(plain.loss), "\(precision)")
            for (a, b) in zip(ours.values, plain.values) { #expect(abs(a - b) <= 1e-5 * largest) }
            let difference =
                zip(
                    try logits(pair.quantized, precision),
                    try logits(pair.plain, precision)
                ).map { abs($0 - $1) }.max() ?? .infinity
            let bound: Float = precision == .exact ? 1e-4 : 0.02
            #expect(difference <= bound, "\(precision)")
        }
    }

    @Test(arguments: [QuantizationRecipe.q4_k_m, .q5_k_m, .q6_k])
    func superBlocksComputeAsTheirNumbersInFloat32(recipe: QuantizationRecipe) async throws {
        let folder = try TemporaryFolder.make()
        defer { TemporaryFolder.remove(folder) }
        try Self.expectEqual(try await Self.inRecipe(recipe, folder))
    }

    @Test func normalFloatComputesAsItsNumbersInFloat32() throws {
        let folder = try TemporaryFolder.make()
        defer { TemporaryFolder.remove(folder) }
        try Self.expectEqual(try Self.inNormalFloat(folder))
    }

    @Test func aWidthThatNormalFloatCannotHoldIsAnError() throws {
        let folder = try TemporaryFolder.make()
        defer { TemporaryFolder.remove(folder) }
        let file = try ModelFile.open(path: Self.source(folder, width: 96))
        let error = try #require(throws: TensorError.self) {
            _ = try LanguageModel(file, usesNormalFloat: true)
        }
        #expect(error.code == .wrongShape)
    }
}
