import ModelFiles
import Tensors
import TestModels
import Testing
import Transformer

/// Losses and gradients of each format of products, compared with float32.
@Suite struct ProductFormatPrecisionTests {
    private static let formats = [
        ProductFormats(forward: .int8, backward: .bfloat16),
        ProductFormats(forward: .int8, backward: .float32),
        ProductFormats(forward: .bfloat16, backward: .bfloat16),
        ProductFormats(forward: .float32, backward: .float32),
    ]

    /// 200 tokens: more than what is always computed as a short piece.
    @Test(arguments: formats, [TestWeightType.q4_1, .q8_0])
    func gradientsAreNearThoseOfFloat32(formats: ProductFormats, type: TestWeightType) throws {
        var tiny = TestModel()
        (tiny.width, tiny.heads, tiny.keyValueHeads) = (64, 4, 2)
        (tiny.contextLength, tiny.type) = (256, type)
        try tiny.withFile { path in
            let model = try LanguageModel(ModelFile.open(path: path), formats: formats)
            #expect(model.formats == formats)
            let exact = try Self.gradients(model, .exact)
            let fast = try Self.gradients(model, .fast)
            #expect(abs(fast.loss - exact.loss) <= 5e-3 * exact.loss)
            var (difference, size) = (0.0, 0.0)
            for (ours, truth) in zip(fast.gradients, exact.gradients) {
                difference += Double((ours - truth) * (ours - truth))
                size += Double(truth * truth)
            }
            #expect(size > 0)
            let bound = formats.forward == .int8 ? 0.05 : 0.02
            #expect((difference / size).squareRoot() <= bound)
        }
    }

    private static func gradients(
        _ model: LanguageModel,
        _ precision: Precision
    ) throws -> (loss: Double, gradients: [Float]) {
        let adapter = LoRA(model.configuration, shape: LoRA.Shape(rank: 4, alpha: 8), seed: 1)
        for index in 0..<adapter.parameters.count where adapter.parameters.pointer[index] == 0 {
            adapter.parameters.pointer[index] = Float(index % 7 - 3) * 0.01
        }
        let gradients = FloatBuffer(count: adapter.parameters.count)
        let tokens = (0..<200).map { Int32($0 * 7 % 250) }
        let pass = TrainingPass(
            model,
            TrainingPass.Configuration(
                tokenCapacity: 200,
                shape: adapter.shape,
                precision: precision
            )
        )
        let sum = try pass.lossAndGradients(
            TokenBatch(
                tokens: tokens,
                segments: [0..<120, 120..<200],
                isTarget: tokens.indices.map { $0 != 0 && $0 != 120 }
            ),
            adapter: adapter,
            gradients: gradients,
            targetCount: 198
        )
        let numbers = UnsafeBufferPointer(start: gradients.pointer, count: gradients.count)
        return (sum / 198, Array(numbers))
    }
}
