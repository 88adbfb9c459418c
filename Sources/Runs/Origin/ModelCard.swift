import FoundationEssentials
import Yams

/// The `MLmodel` file beside a finished adapter, which makes its folder a model of MLflow's
/// `transformers` flavour: a base model of the hub with a PEFT adapter on it.
///
/// Source: MLflow's model format, https://mlflow.org/docs/latest/ml/model.
struct ModelCard: Encodable, Equatable, Sendable {
    static let fileName = "MLmodel"
    static let exampleName = "input_example.json"

    /// How MLflow's `transformers` flavour loads it.
    struct Flavor: Encodable, Equatable, Sendable {
        var framework = "pt"
        var task = "text-generation"
        var instance_type = "TextGenerationPipeline"
        var pipeline_model_type: String
        var source_model_name: String
        var source_model_revision = "main"
        /// The adapter's files, beside this one.
        var peft_adaptor = "."
        var components = ["tokenizer"]
        var tokenizer_type = "AutoTokenizer"
        var tokenizer_name: String
        var tokenizer_revision = "main"
    }

    /// Inputs and outputs, as JSON texts in the YAML.
    struct Signature: Encodable, Equatable, Sendable {
        private static let oneText = #"[{"type": "string", "required": true}]"#

        var inputs = Signature.oneText
        var outputs = Signature.oneText
    }

    struct Example: Encodable, Equatable, Sendable {
        var artifact_path = ModelCard.exampleName
        var type = "json_object"
    }

    var flavors: [String: Flavor]
    var model_id: String
    var run_id: String
    var signature = Signature()
    var saved_input_example_info: Example?
    var utc_time_created: String

    /// The card of a run's adapter.
    ///
    /// - Parameters:
    ///   - baseModel: The name for PEFT: a repository of the hub, if it is known.
    ///   - architecture: As GGUF names it, such as `llama`.
    init(
        model: String,
        run: String,
        baseModel: String,
        architecture: String,
        hasExample: Bool,
        createdAt: Date
    ) {
        let type = architecture.prefix(1).uppercased() + architecture.dropFirst() + "ForCausalLM"
        flavors = [
            "transformers": Flavor(
                pipeline_model_type: type,
                source_model_name: baseModel,
                tokenizer_name: baseModel
            )
        ]
        model_id = model
        run_id = run
        saved_input_example_info = hasExample ? Example() : nil
        utc_time_created = createdAt.formatted(
            .iso8601.year().month().day().dateTimeSeparator(.space).time(
                includingFractionalSeconds: true
            )
        )
    }

    /// The file's text.
    func yaml() throws -> String {
        let encoder = YAMLEncoder()
        encoder.options = .init(width: -1, sortKeys: true)
        return try encoder.encode(self)
    }
}
