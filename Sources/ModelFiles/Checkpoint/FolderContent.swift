internal import FoundationEssentials
internal import Platform

/// The content of a folder without a supported model, for an error that describes it.
struct FolderContent {
    private let path: String
    private let names: [String]

    /// Examines a folder.
    init(_ path: String) {
        self.path = path
        names = Files.names(in: path)
    }

    /// The error for a folder without `config.json`, and so without a model.
    func withoutConfiguration() -> ModelFileError {
        if names.contains(AdapterFile.configurationName) {
            return ModelFileError(
                .foreignFormat,
                "\(path) holds an adapter, not a model.",
                hint: "name its base model, and the adapter with --adapter"
            )
        }
        let models = names.filter { $0.hasSuffix(".gguf") && NumberedPart.isFirst($0) }
        if let model = models.first {
            return ModelFileError(
                .foreignFormat,
                "\(path) is a folder; the model in it is a file"
                    + (models.count > 1 ? ", one of \(models.count)." : "."),
                hint: "name the file: \(path)/\(model)"
            )
        }
        if let weights = ownWeights {
            return ModelFileError(
                .foreignFormat,
                "\(path) holds weights, \(weights), but not the model's config.json.",
                hint: "get the model's other files too: config.json, tokenizer.json and "
                    + "tokenizer_config.json"
            )
        }
        if let weights = foreignWeights {
            return ModelFileError(
                .foreignFormat,
                "\(path) is a folder without config.json; its weights, \(weights.name), are "
                    + "\(weights.kind).",
                hint: weights.hint
            )
        }
        return ModelFileError(
            .foreignFormat,
            names.isEmpty
                ? "\(path) is an empty folder."
                : "\(path) is a folder without config.json, so no "
                    + "model is in it\(isTokenizerAlone ? "; it holds only a tokenizer" : "").",
            hint: "name a GGUF file, or the folder of a Hugging Face model"
        )
    }

    /// The error for a folder without `model.safetensors`.
    func withoutWeights() -> ModelFileError {
        if let weights = foreignWeights {
            return ModelFileError(
                .foreignFormat,
                "\(path) has no model.safetensors; its weights, \(weights.name), are "
                    + "\(weights.kind).",
                hint: weights.hint
            )
        }
        return ModelFileError(
            .notFound,
            "\(path) has no weights: there is no model.safetensors in it"
                + (isTokenizerAlone ? ", only a tokenizer." : "."),
            hint: "get the whole model; `workbench model pull owner/name` gets one from the hub"
        )
    }

    /// The error for a folder that is no adapter in PEFT's layout, because one of its two files is
    /// missing.
    func withoutAdapter(lacking file: String) -> ModelFileError {
        if let name = names.first(where: { ["adapters.safetensors", "adapters.npz"].contains($0) })
        {
            return Self.isOfMLX("\(path)/\(name)")
        }
        if let name = names.first(where: { $0.hasSuffix(".gguf") }) {
            return ModelFileError(
                .foreignFormat,
                "\(path) has no \(file), but \(name).",
                hint: "if that is a LoRA, name the file: \(path)/\(name)"
            )
        }
        if let name = PickledWeights.name(in: names) {
            return ModelFileError(
                .foreignFormat,
                "\(path) has no \(file), but \(name): pickled weights, which are not read since "
                    + "reading them can run code.",
                hint: PickledWeights.adapterHint
            )
        }
        if names.contains("config.json") {
            return ModelFileError(
                .foreignFormat,
                "\(path) holds a model, not an adapter.",
                hint: "name it where a model is asked for"
            )
        }
        return ModelFileError(
            .notFound,
            names.isEmpty ? "There is no adapter in \(path)." : "\(path) has no \(file).",
            hint: "an adapter is a folder with \(AdapterFile.configurationName) and "
                + "\(AdapterFile.tensorsName), or a LoRA in GGUF"
        )
    }

    /// The error for an adapter of MLX.
    static func isOfMLX(_ path: String) -> ModelFileError {
        ModelFileError(
            .unsupportedAdapter,
            "\(path) is of an adapter of MLX, which is not read.",
            hint:
                "merge it with its model (mlx_lm.fuse --dequantize), or train one in PEFT's layout"
        )
    }

    private var isTokenizerAlone: Bool {
        names.contains("tokenizer.json") || names.contains("tokenizer.model")
    }

    /// Weights with the name of a model's, whole or the first part.
    private var ownWeights: String? {
        names.first {
            $0 == "model.safetensors"
                || $0.hasPrefix("model-") && $0.hasSuffix(".safetensors")
        }
    }

    /// Weights in an unsupported form, and what to do with them.
    private var foreignWeights: (name: String, kind: String, hint: String)? {
        if let name = PickledWeights.name(in: names) {
            return (
                name, "pickled, which is not read since reading it can run code",
                PickledWeights.hint
            )
        }
        let unfinished = [".partial", ".incomplete", ".part", ".crdownload", ".aria2"]
        if let name = names.first(where: { name in unfinished.contains { name.hasSuffix($0) } }) {
            return (
                name, "a download that is not finished",
                "continue the download; `workbench model pull` resumes its own"
            )
        }
        if names.contains("consolidated.safetensors") {
            return (
                "consolidated.safetensors", "in the layout of Mistral's own program",
                "get the model's model.safetensors, which its repository on the hub has too"
            )
        }
        let formats = [
            (".h5", "in TensorFlow's format"), (".msgpack", "in Flax's format"),
            (".onnx", "in the format ONNX"), (".ot", "in the format of Rust's tch"),
            (".npz", "in NumPy's format, as older models of MLX are"),
        ]
        for (ending, kind) in formats {
            guard let name = names.first(where: { $0.hasSuffix(ending) }) else { continue }
            return (name, "\(kind), which is not read", "get the model in safetensors or GGUF")
        }
        if let name = names.first(where: { $0.hasSuffix(".safetensors") }) {
            return (
                name, "not named as a model's",
                "name it model.safetensors if it is the whole model, or get model.safetensors.index.json too"
            )
        }
        return nil
    }
}
