import Foundation
import ModelFiles
import Tensors
import Testing
import Transformer

/// The bytes of weights and caches.
@Suite struct SizeTests {
    /// Gemma 3 has a tied output matrix, and norms of heads and of outputs.
    @Test func weightsInNormalFloatAreCountedOnce() throws {
        let file = try ModelFile.open(path: fixture("tiny/gemma3").path)
        let model = try LanguageModel(file, usesNormalFloat: true)
        var expected = 0
        for role in TensorRole.allCases where role.isUsed(file.configuration) {
            for layer in 0..<(role.isInEachLayer ? file.configuration.layerCount : 1) {
                var weight = try file.weight(role, layer: layer)
                if role.isInEachLayer, !role.isVector {
                    weight = try NormalFloatMatrix(quantizing: weight, on: .shared).weight
                }
                expected += weight.bytes.count
            }
        }
        #expect(model.weightByteCount == expected)
    }

    /// Five of six layers read at most the window of 8.
    @Test func aTokenReadsTheWindowsOfItsLayers() throws {
        let sizes = try ModelFile.open(path: fixture("tiny/gemma3").path).configuration
        let cache = KeyValueCache(sizes, capacity: 32, precision: .exact)
        let row = 2 * sizes.keyValueHeadCount * sizes.headWidth * MemoryLayout<Float>.stride
        #expect(cache.readByteCount(at: 5) == 6 * 5 * row)
        #expect(cache.readByteCount(at: 20) == (5 * 8 + 20) * row)
    }

    /// Gemma 2 multiplies embeddings after the noise was added to them, Gemma 3 before.
    @Test(arguments: [("gemma2", 40.0), ("gemma3", 5), ("granite", 15), ("llama", 5)])
    func noiseIsMultipliedAsEmbeddingsAre(name: String, strength: Double) throws {
        let sizes = try ModelFile.open(path: fixture("tiny/\(name)").path).configuration
        let noise = EmbeddingNoise(alpha: 5, seed: 1, step: 0, microbatch: 0)
        #expect(noise.strength(sizes) == strength)
    }
}
