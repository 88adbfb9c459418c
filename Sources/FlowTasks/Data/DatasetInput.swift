import JSON
import Platform
import Workflows

/// Inputs that name datasets.
enum DatasetInput {
    /// What the named inputs count as: the digests of the datasets.
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
                .string(try services.dataset(reference, in: folder).digest)
            }
        }
        return contents
    }

    /// The faults of inputs that name no dataset.
    static func faults(
        _ inputs: JSONObject,
        _ names: [String],
        _ folder: String,
        _ services: any TaskServices
    ) -> [(input: String, fault: String)] {
        inputs.faults(of: names) { _ = try services.dataset($0, in: folder) }
    }
}
