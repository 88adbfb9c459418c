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
        names.compactMap { name in
            guard let reference = inputs.text(name) else { return nil }
            do {
                _ = try services.dataset(reference, in: folder)
                return nil
            } catch {
                return (name, FlowError(task: error).sentences)
            }
        }
    }
}
