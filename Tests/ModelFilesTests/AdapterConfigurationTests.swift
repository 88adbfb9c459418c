import Foundation
import ModelFiles
import Platform
import Testing

@Suite struct AdapterConfigurationTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func read(_ json: String) throws -> AdapterConfiguration {
        _ = try folder.write(json.utf8, to: "adapter_config.json")
        return try AdapterFile.configuration(in: folder.path)
    }

    /// As written by PEFT 0.21.
    static let peft = """
        {
          "alora_invocation_tokens": null, "alpha_pattern": {}, "arrow_config": null,
          "auto_mapping": null, "base_model_name_or_path": "HuggingFaceTB/SmolLM2-135M-Instruct",
          "bias": "none", "corda_config": null, "ensure_weight_tying": false, "eva_config": null,
          "exclude_modules": null, "fan_in_fan_out": false, "inference_mode": true,
          "init_lora_weights": true, "kasa_config": null, "layer_replication": null,
          "layers_pattern": null, "layers_to_transform": null, "loftq_config": {},
          "lora_alpha": 16, "lora_bias": false, "lora_dropout": 0.0, "lora_ga_config": null,
          "megatron_config": null, "megatron_core": "megatron.core", "modules_to_save": null,
          "monteclora_config": null, "peft_type": "LORA", "peft_version": "0.21.2",
          "qalora_group_size": 16, "r": 8, "rank_pattern": {}, "revision": null,
          "target_modules": [
            "q_proj", "up_proj", "k_proj", "gate_proj", "v_proj", "down_proj", "o_proj"
          ],
          "target_parameters": null, "task_type": "CAUSAL_LM", "trainable_token_indices": null,
          "use_bdlora": null, "use_dora": false, "use_qalora": false, "use_rslora": false,
          "velora_config": null
        }
        """

    @Test func readsWhatPEFTWrites() throws {
        let configuration = try read(Self.peft)
        let expected = AdapterConfiguration(
            rank: 8,
            alpha: 16,
            baseModelName: "HuggingFaceTB/SmolLM2-135M-Instruct"
        )
        #expect(configuration == expected)
        #expect(configuration.scale == 2)
    }

    @Test func aConfigurationWithFewKeysIsRead() throws {
        let json =
            #"{"r": 4, "lora_alpha": 2.5, "target_modules": ["v_proj", "q_proj"], "new_key": {"a": [1]}}"#
        let configuration = try read(json)
        #expect(configuration.targetModules == ["q_proj", "v_proj"])
        #expect(configuration.scale == 0.625)
        #expect(configuration.baseModelName == nil)
    }

    @Test func allLinearMeansEveryProjection() throws {
        let configuration = try read(#"{"r": 4, "lora_alpha": 8, "target_modules": "all-linear"}"#)
        #expect(configuration.targetModules == AdapterConfiguration.supportedModules)
    }

    @Test func rankStabilizationDividesByTheRoot() throws {
        let json = #"{"r": 16, "lora_alpha": 8, "target_modules": ["q_proj"], "use_rslora": true}"#
        #expect(try read(json).scale == 2)
    }

    @Test(arguments: [
        ("use_dora", "true"), ("modules_to_save", #"["lm_head"]"#), ("bias", #""all""#),
        ("fan_in_fan_out", "true"), ("rank_pattern", #"{"q_proj": 4}"#),
        ("alpha_pattern", #"{"q_proj": 4}"#), ("layers_to_transform", "[-1]"),
        ("layers_to_transform", "70000"), ("lora_bias", "true"), ("use_qalora", "true"),
        ("target_parameters", #"["x"]"#), ("exclude_modules", #""x""#),
        ("trainable_token_indices", "[1]"), ("alora_invocation_tokens", "[1]"),
        ("layer_replication", "[[0, 1]]"), ("init_lora_weights", #""pissa_niter_4""#),
    ])
    func unsupportedSettingsAreRefusedByName(key: String, value: String) throws {
        let json = #"{"r": 4, "lora_alpha": 8, "target_modules": ["q_proj"], "\#(key)": \#(value)}"#
        let error = try #require(throws: ModelFileError.self) { _ = try read(json) }
        #expect(error.code == .unsupportedAdapter)
        #expect(error.message.contains(key))
        #expect(error.message.contains(folder.path))
    }

    @Test(arguments: [
        (#"{"r": 4, "lora_alpha": 8, "target_modules": "(?>a).*"}"#, "(?>a).*"),
        (#"{"r": 4, "lora_alpha": 8, "target_modules": ".*_proj"}"#, "adapter_model.safetensors"),
        (#"{"r": 4, "lora_alpha": 8, "target_modules": ["embed_tokens"]}"#, "embed_tokens"),
        (#"{"r": 4, "lora_alpha": 8, "target_modules": []}"#, "no module"),
        (#"{"r": 0, "lora_alpha": 8, "target_modules": ["q_proj"]}"#, "rank is 0"),
        (#"{"peft_type": "LOKR", "r": 4, "lora_alpha": 8, "target_modules": ["q_proj"]}"#, "LOKR"),
        (#"{"lora_alpha": 8, "target_modules": ["q_proj"]}"#, "lacks r"),
        (#"{"r": "4", "lora_alpha": 8, "target_modules": ["q_proj"]}"#, "r has the wrong type"),
        (#"{"r": 4"#, "not JSON"), ("", "not JSON"),
        (String(repeating: "[", count: 600), "not JSON"), (#"{"r": 4, "r": 5}"#, "not JSON"),
    ])
    func anInvalidConfigurationIsExplained(json: String, word: String) throws {
        let error = try #require(throws: ModelFileError.self) { _ = try read(json) }
        #expect(error.message.contains(word), "\(error)")
    }
}
