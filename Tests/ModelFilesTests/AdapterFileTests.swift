import Foundation
import ModelFiles
import Platform
import Testing

@Suite struct AdapterFileTests {
    let folder: TemporaryFolder
    static let model = ModelConfiguration.tiny()

    init() throws { folder = try TemporaryFolder() }

    /// An adapter for `model` whose numbers count up across tensors.
    func adapter(
        rank: Int = 3,
        targets: [String] = AdapterConfiguration.supportedModules
    ) throws -> AdapterFile {
        let shapes = [
            "q_proj": (8, 4), "k_proj": (4, 4), "v_proj": (4, 4), "o_proj": (4, 8),
            "gate_proj": (6, 4), "up_proj": (6, 4), "down_proj": (4, 6),
        ]
        var tensors: [AdapterTensor] = []
        for layer in 0..<2 {
            for target in targets {
                let shape = try #require(shapes[target])
                for factor in AdapterFile.Factor.allCases {
                    let (rows, columns) = factor == .a ? (rank, shape.1) : (shape.0, rank)
                    tensors.append(
                        AdapterTensor(
                            name: AdapterFile.name(layer: layer, module: target, factor: factor),
                            rows: rows,
                            columns: columns,
                            values: (0..<rows * columns).map { Float(tensors.count * 100 + $0) }
                        )
                    )
                }
            }
        }
        let configuration = AdapterConfiguration(
            rank: rank,
            alpha: 6,
            targetModules: targets,
            baseModelName: "org/model"
        )
        return try AdapterFile(configuration: configuration, tensors: tensors)
    }

    @Test func namesAreThoseOfPEFT() {
        #expect(
            AdapterFile.name(layer: 12, module: "q_proj", factor: .a)
                == "base_model.model.model.layers.12.self_attn.q_proj.lora_A.weight"
        )
        #expect(
            AdapterFile.name(layer: 0, module: "down_proj", factor: .b)
                == "base_model.model.model.layers.0.mlp.down_proj.lora_B.weight"
        )
    }

    @Test(arguments: [AdapterConfiguration.supportedModules, ["q_proj", "v_proj"]])
    func readsBackWhatItWrote(targets: [String]) throws {
        let written = try adapter(targets: targets)
        let path = folder.path + "/adapter"
        try written.write(folder: path, metadata: ["run": "r1"])
        #expect(try AdapterFile.read(folder: path) == written)
        let file = try SafetensorsFile(path: path + "/adapter_model.safetensors")
        #expect(file.metadata == ["format": "pt", "run": "r1"])
        #expect(try folder.contents() == ["adapter"])
        try written.check(fits: Self.model)
    }

    @Test func writesTheConfigurationThatPEFTLoads() throws {
        try adapter().write(folder: folder.path + "/adapter")
        let json = try String(
            contentsOfFile: folder.path + "/adapter/adapter_config.json",
            encoding: .utf8
        )
        #expect(
            json == """
                {
                  "alpha_pattern" : {

                  },
                  "base_model_name_or_path" : "org/model",
                  "bias" : "none",
                  "exclude_modules" : null,
                  "fan_in_fan_out" : false,
                  "inference_mode" : true,
                  "init_lora_weights" : true,
                  "layers_pattern" : null,
                  "layers_to_transform" : null,
                  "lora_alpha" : 6,
                  "lora_dropout" : 0,
                  "modules_to_save" : null,
                  "peft_type" : "LORA",
                  "r" : 3,
                  "rank_pattern" : {

                  },
                  "revision" : null,
                  "target_modules" : [
                    "q_proj",
                    "k_proj",
                    "v_proj",
                    "o_proj",
                    "gate_proj",
                    "up_proj",
                    "down_proj"
                  ],
                  "task_type" : "CAUSAL_LM",
                  "use_dora" : false,
                  "use_rslora" : false
                }
                """
        )
    }

    @Test func writingReplacesAnAdapterButNothingElse() throws {
        let path = folder.path + "/adapter"
        try adapter(rank: 2).write(folder: path)
        try adapter(rank: 5).write(folder: path)
        #expect(try AdapterFile.read(folder: path).configuration.rank == 5)
        #expect(try folder.contents() == ["adapter"])
        _ = try folder.write([1], to: "adapter/notes.txt")
        let error = try #require(throws: ModelFileError.self) { try adapter().write(folder: path) }
        #expect(error.message.contains("notes.txt"))
        #expect(try AdapterFile.read(folder: path).configuration.rank == 5)
        #expect(try folder.contents() == ["adapter"])
    }

    @Test func filesThatAKilledProcessLeftUnfinishedAreReplacedToo() throws {
        let path = folder.path + "/adapter"
        try adapter(rank: 2).write(folder: path)
        for name in ["input_example.json", "MLmodel", "adapter_model.safetensors"] {
            let left = FilePaths.temporary(beside: "\(path)/\(name)")
            _ = try folder.write([1], to: "adapter/\(FilePaths.name(left))")
        }
        try adapter(rank: 5).write(folder: path)
        #expect(try AdapterFile.read(folder: path).configuration.rank == 5)
        #expect(
            Files.names(in: path).sorted() == ["adapter_config.json", "adapter_model.safetensors"]
        )
        // Of another file, it may be somebody's upload.
        let upload = FilePaths.temporary(beside: "\(path)/notes.txt")
        _ = try folder.write([1], to: "adapter/\(FilePaths.name(upload))")
        let error = try #require(throws: ModelFileError.self) { try adapter().write(folder: path) }
        #expect(error.message.contains("notes.txt"))
    }

    @Test func aMissingMatrixIsNamed() throws {
        let whole = try adapter()
        for name in whole.tensors.keys {
            let error = try #require(throws: ModelFileError.self) {
                _ = try AdapterFile(
                    configuration: whole.configuration,
                    tensors: whole.tensors.values.filter { $0.name != name }
                )
            }
            #expect(error.code == .missingPart)
            #expect(error.message.contains(name))
        }
    }

    @Test func aForeignMatrixIsNamed() throws {
        let whole = try adapter()
        let name = "base_model.model.model.embed_tokens.lora_embedding_A"
        let foreign = AdapterTensor(name: name, rows: 3, columns: 1, values: [1, 2, 3])
        let error = try #require(throws: ModelFileError.self) {
            _ = try AdapterFile(
                configuration: whole.configuration,
                tensors: whole.tensors.values + [foreign]
            )
        }
        #expect(error.code == .unsupportedAdapter)
        #expect(error.message.contains(name))
    }

    @Test func anotherRankThanTheConfigurationsIsFound() throws {
        let whole = try adapter(rank: 3)
        var configuration = whole.configuration
        configuration.rank = 4
        let error = try #require(throws: ModelFileError.self) {
            _ = try AdapterFile(configuration: configuration, tensors: Array(whole.tensors.values))
        }
        #expect(error.code == .wrongShape)
    }

    @Test func anAdapterForAnotherModelDoesNotFit() throws {
        let other = ModelConfiguration(
            vocabularySize: 8,
            width: 4,
            layerCount: 2,
            headCount: 2,
            keyValueHeadCount: 1,
            headWidth: 4,
            feedForwardWidth: 8,
            contextLength: 16,
            tiesEmbeddings: true
        )
        let error = try #require(throws: ModelFileError.self) { try adapter().check(fits: other) }
        #expect(error.message.contains("gate_proj in layer 0 is for 6 x 4"))
    }

    @Test func numbersThatAreNotFiniteAreRefused() throws {
        let path = folder.path + "/adapter"
        let whole = try adapter(targets: ["q_proj"])
        let first = try #require(whole.tensors.values.min { $0.name < $1.name })
        let broken = AdapterTensor(
            name: first.name,
            rows: first.rows,
            columns: first.columns,
            values: [.nan] + first.values.dropFirst()
        )
        let others = whole.tensors.values.filter { $0.name != first.name }
        try AdapterFile(configuration: whole.configuration, tensors: others + [broken])
            .write(folder: path)
        let error = try #require(throws: ModelFileError.self) {
            _ = try AdapterFile.read(folder: path)
        }
        #expect(error.code == .corrupt)
        #expect(error.message.contains(first.name))
    }

    @Test func aMissingAdapterIsNamed() throws {
        let error = try #require(throws: ModelFileError.self) {
            _ = try AdapterFile.read(folder: folder.path + "/nothing")
        }
        #expect(error.code == .notFound)
    }
}
