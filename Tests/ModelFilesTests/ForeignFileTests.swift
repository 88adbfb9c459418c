import Foundation
import ModelFiles
import Platform
import Testing

/// Files that are no model or adapter are named, with advice.
@Suite struct ForeignFileTests {
    typealias Folder = CheckpointFolderTests

    static let pointer = Data(
        "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 9\n".utf8
    )
    static let pickle = Data([0x50, 0x4B, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])

    private func error(_ weights: [String: Data]) throws -> ModelFileError {
        var error: ModelFileError?
        try Folder.folder(weights: weights) { folder in
            error = try #require(throws: ModelFileError.self) { try ModelFile.open(path: folder) }
        }
        return try #require(error)
    }

    @Test(arguments: [
        ("pytorch_model.bin", "can run code"), ("pytorch_model-00001-of-00002.bin", "can run code"),
        ("consolidated.00.pth", "can run code"), ("last.ckpt", "can run code"),
        ("model.pt", "can run code"), ("consolidated.safetensors", "Mistral"),
        ("tf_model.h5", "TensorFlow"), ("flax_model.msgpack", "Flax"), ("model.onnx", "ONNX"),
        ("weights.npz", "NumPy"), ("model.safetensors.incomplete", "not finished"),
        ("model.safetensors.partial", "not finished"),
        ("other.safetensors", "not named as a model's"),
    ])
    func weightsInAnotherFormAreNamed(file: String, words: String) throws {
        let error = try error([file: Self.pickle, "training_args.bin": Self.pickle])
        #expect(error.code == .foreignFormat)
        #expect(error.message.contains(file) && error.message.contains(words), "\(error)")
        #expect(error.hint != nil)
    }

    // Its header's length may look like the first bytes of any other kind.
    @Test(arguments: [60, 640, 0x4B50]) func aSafetensorsFileIsNotTakenForAnother(
        length: Int
    ) throws {
        let folder = try TemporaryFolder()
        var header = Array(#"{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#.utf8)
        header += [UInt8](repeating: 0x20, count: length - header.count)
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + header + [7]
        #expect(try SafetensorsFile(path: folder.write(bytes)).tensors.keys.sorted() == ["x"])
    }

    @Test func aFolderWithoutWeightsSaysSo() throws {
        let error = try error(["training_args.bin": Self.pickle])
        #expect(error.code == .notFound)
        #expect(error.message.contains("no weights"), "\(error)")
    }

    @Test func partsNeedNoIndex() throws {
        let shapes = Folder.shapes
        let first = shapes.filter { $0.key.contains("layers") }
        let rest = shapes.filter { !$0.key.contains("layers") }
        let parts = try [
            "model-00001-of-00002.safetensors": Folder.bytes(first),
            "model-00002-of-00002.safetensors": Folder.bytes(rest),
        ]
        try Folder.folder(weights: parts) { folder in _ = try ModelFile.open(path: folder) }
        let whole = try ["model-00001-of-00001.safetensors": Folder.bytes(shapes)]
        try Folder.folder(weights: whole) { folder in _ = try ModelFile.open(path: folder) }
        let error = try error(parts.filter { $0.key.contains("00002-of") })
        #expect(error.message.contains("1 of the model's 2 parts: number 1"), "\(error)")
    }

    @Test(arguments: [
        (ForeignFileTests.pointer, "Git LFS", "git lfs pull"),
        (pickle, "zip archive", "safetensors"),
        (Data("<!DOCTYPE html><html>".utf8), "a web page", "again"),
        (Data("  <html>".utf8), "a web page", "again"), (Data(), "it is empty", "again"),
        (Data([0x80, 2, 0x7D, 0x71, 0]), "pickled", "safetensors"),
        (Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0]), "compressed", "unpack"),
    ])
    func aFileOfAnotherKindIsNamedEverywhere(bytes: Data, kind: String, advice: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(bytes, to: "model.gguf")
        let asModel = try #require(throws: ModelFileError.self) { try ModelFile.open(path: path) }
        let asWeights = try error(["model.safetensors": bytes])
        let asWords = try error([
            "model.safetensors": Folder.bytes(Folder.shapes), "tokenizer.json": bytes,
        ])
        for error in [asModel, asWeights, asWords] {
            #expect(error.message.contains(kind), "\(error)")
            #expect(error.hint?.contains(advice) == true, "\(error)")
        }
        #expect(asWeights.message.contains("model.safetensors"))
        #expect(asWords.message.contains("tokenizer.json"))
    }

    @Test(arguments: [
        ([], "empty folder"), (["tokenizer.json"], "only a tokenizer"),
        (["model.safetensors", "tokenizer.json"], "but not the model's config.json"),
        (["model-00001-of-00002.safetensors"], "but not the model's config.json"),
        (["adapter_config.json"], "an adapter, not a model"), (["b.Q8_0.gguf"], "b.Q8_0.gguf"),
        (["big-00001-of-00002.gguf", "big-00002-of-00002.gguf"], "big-00001-of-00002.gguf"),
        (["params.json", "consolidated.00.pth"], "consolidated.00.pth"),
        (["notes.txt"], "no model"),
    ])
    func theErrorSaysWhatAFolderWithoutAModelContains(files: [String], words: String) throws {
        let folder = try TemporaryFolder()
        for file in files { _ = try folder.write([1], to: file) }
        let store = StoreBuilder(folder: folder.path + "/models").store()
        let error = try #require(throws: ModelFileError.self) { try store.resolve(folder.path) }
        #expect("\(error)".contains(words), "\(error)")
    }

    private static let settings =
        #"{"peft_type": "LORA", "r": 2, "lora_alpha": 4, "target_modules": ["q_proj"]}"#

    @Test(arguments: [
        (["adapter_config.json": settings, "adapter_model.bin": "x"], "adapter_model.bin"),
        (["adapter_config.json": settings, "adapters.safetensors": "x"], "MLX"),
        (
            [
                "adapter_config.json":
                    #"{"fine_tune_type": "lora", "lora_parameters": {"rank": 8}}"#,
                "adapters.safetensors": "x",
            ],
            "MLX"
        ),
        (["adapters.npz": "x"], "MLX"), (["config.json": "{}"], "a model, not an adapter"),
        (["lora.gguf": "x"], "lora.gguf"),
        (["adapter_config.json": settings], "adapter_model.safetensors"),
        ([:], "There is no adapter"),
        (
            ["adapter_config.json": settings, "adapter_model.safetensors": "<html>"], "a web page"
        ),
    ])
    func theErrorSaysWhatAFileWithoutAnAdapterIs(files: [String: String], words: String) throws {
        let folder = try TemporaryFolder()
        for (name, text) in files { _ = try folder.write(text.utf8, to: name) }
        let error = try #require(throws: ModelFileError.self) {
            _ = try AdapterFile.read(folder: folder.path)
        }
        #expect(error.message.contains(words), "\(error)")
        #expect(error.hint != nil)
    }

    @Test func aTemplateOrSettingsThatAreAPointerAreNamed() throws {
        let weights = try [
            "model.safetensors": Folder.bytes(Folder.shapes), "chat_template.jinja": Self.pointer,
        ]
        let error = try error(weights)
        #expect(error.message.contains("chat_template.jinja is not a chat template"), "\(error)")
        let folder = try TemporaryFolder()
        _ = try folder.write(Self.pointer, to: "adapter_config.json")
        let adapter = try #require(throws: ModelFileError.self) {
            _ = try AdapterFile.read(folder: folder.path)
        }
        #expect(adapter.message.contains("Git LFS"), "\(adapter)")
    }

    @Test func aModelThatMLXQuantizedIsNamed() throws {
        let weights = try ["model.safetensors": Folder.bytes(Folder.shapes)]
        try Folder.folder(
            ["quantization": ["group_size": 64, "bits": 4]],
            weights: weights
        ) { folder in
            let error = try #require(throws: ModelFileError.self) {
                try ModelFile.open(path: folder)
            }
            #expect(error.message.contains("MLX"), "\(error)")
        }
    }
}
