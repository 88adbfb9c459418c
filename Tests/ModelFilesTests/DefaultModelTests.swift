import ChatTemplates
import ModelFiles
import Tensors
import Testing
import Tokenizers

/// The default model itself, which `workbench model pull smollm2-135m-instruct` gets.
@Suite struct DefaultModelTests {
    let model: ModelFile

    init() throws {
        let store = ModelStore()
        model = try ModelFile.open(path: store.resolve("smollm2-135m-instruct"))
    }

    @Test func hasTheSizesOfSmolLM2() {
        let expected = ModelConfiguration(
            name: "Smollm2 135M 8k Lc100K Mix1 Ep2",
            vocabularySize: 49152,
            width: 576,
            layerCount: 30,
            headCount: 9,
            keyValueHeadCount: 3,
            headWidth: 64,
            feedForwardWidth: 1536,
            contextLength: 8192,
            ropeTheta: 100_000,
            rmsEpsilon: 1e-5,
            tiesEmbeddings: true
        )
        #expect(model.configuration == expected)
        #expect(model.configuration.parameterCount == 134_515_008)
        #expect(model.quantization == "Q4_1")
        #expect(model.baseModelName == "HuggingFaceTB/SmolLM2-135M-Instruct")
    }

    @Test func hasItsWeights() throws {
        #expect(try model.weight(.output).type == .q8_0)
        let down = try model.weight(.down, layer: 29)
        #expect((down.rows, down.columns) == (576, 1536))
        #expect(down.type == .q4_1)
    }

    @Test func hasItsWords() throws {
        #expect(model.tokenizer.vocabularySize == 49152)
        #expect((model.tokenizer.bos, model.tokenizer.eos) == (1, 2))
        #expect(model.tokenizer.isControl(2))
        #expect(try model.requiredChatTemplate().source.contains("<|im_start|>assistant"))
    }

    @Test func hasTheCataloguesChecksum() throws {
        #expect(try model.digest() == ModelCatalogue.standard["smollm2-135m-instruct"]?.sha256)
    }
}
