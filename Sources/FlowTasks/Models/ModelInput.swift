import JSON
import Platform
import Workflows

/// Inputs that name models, and outputs that are models.
enum ModelInput {
    /// What the named inputs count as: the digests of the models' files.
    static func content(
        _ inputs: JSONObject,
        _ names: [String],
        _ folder: String,
        _ services: any TaskServices
    ) throws -> [String: JSONValue] {
        var contents: [String: JSONValue] = [:]
        for name in names {
            guard let reference = inputs.text(name) else { continue }
            contents[name] = try FlowError.translating {
                try content(of: services.model(reference, in: folder), services)
            }
        }
        return contents
    }

    /// What a model counts as: the digests of its file and of its adapter.
    static func content(of model: TaskModel, _ services: any TaskServices) throws -> JSONValue {
        let base = JSONValue.string(try services.digest(ofModel: model.base))
        guard let adapter = model.adapter else { return base }
        return ["base": base, "adapter": .string(try digest(ofAdapter: adapter))]
    }

    /// What an input that names an adapter counts as.
    static func content(ofAdapter path: String) throws -> JSONValue {
        .string(try digest(ofAdapter: path))
    }

    /// The faults of inputs that name no model.
    static func faults(
        _ inputs: JSONObject,
        _ names: [String],
        _ folder: String,
        _ services: any TaskServices
    ) -> [(input: String, fault: String)] {
        inputs.faults(of: names) { reference in
            if !isLater(reference) { _ = try services.model(reference, in: folder) }
        }
    }

    /// Whether a reference may exist only when the task runs: a version that a flow registers.
    private static func isLater(_ reference: String) -> Bool {
        reference.hasPrefix("models:/") || reference.hasPrefix("runs:/")
    }

    /// The digest of the weights and the configuration of an adapter; its model card, which names a
    /// run, does not count.
    private static func digest(ofAdapter path: String) throws -> String {
        try FlowError.translating {
            guard FilePaths.isFolder(path) else { return try Files.sha256(path).hexadecimal }
            let names = ["adapter_config.json", "adapter_model.safetensors"]
            return sha256(
                of: try names.map { "\($0) \(try Files.sha256("\(path)/\($0)").hexadecimal)\n" }
                    .joined()
            )
        }
    }
}
