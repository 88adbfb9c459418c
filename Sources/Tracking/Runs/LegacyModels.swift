import Database
import GRDB
import JSON
import Platform

extension TrackingStore {
    /// Records a model as clients before MLflow 2.9 do: as an entry of a list in a tag of the run.
    ///
    /// The list is read and written in one transaction, so that concurrent clients lose no entry.
    ///
    /// - Parameter description: The content of the model's file `MLmodel` as JSON.
    /// - Throws: `TrackingError` with code `invalidValue` for a description that is no JSON
    ///   object or lacks what MLflow requires, and with `invalidState` if the tag does not contain
    ///   a list.
    public func logModel(description: String, run: String) throws {
        let entry = try Self.historyEntry(of: description)
        try write(.run, run) { db in
            try RunRecord.checkActive(db, id: run)
            let old = try String.fetchOne(
                db,
                sql: "SELECT value FROM tags WHERE run_uuid = ? AND key = ?",
                arguments: [run, Tag.modelHistory.text]
            )
            var models: [JSONValue] = []
            if let old {
                guard case .array(let list) = try? JSONParser.parse(Array(old.utf8)) else {
                    throw TrackingError(
                        .invalidState,
                        "The tag \(Tag.modelHistory) of run \(run) holds no list of models.",
                        hint: "delete the tag"
                    )
                }
                models = list
            }
            let history = JSONValue.array(models + [entry])
            var writer = BatchWriter(db, run: run, limits: .none)
            try writer.write(
                tags: [Tag(Tag.modelHistory, String(decoding: history.bytes, as: UTF8.self))]
            )
        }
    }

    /// The part of a model's description that the list contains.
    private static func historyEntry(of description: String) throws -> JSONValue {
        guard case .object(let model) = try? JSONParser.parse(Array(description.utf8)) else {
            throw TrackingError(
                .invalidValue,
                "Malformed model info: '\(Validation.printable(String(description.prefix(200))))' is not "
                    + "a JSON object."
            )
        }
        let missing = ["artifact_path", "flavors", "utc_time_created", "run_id"].filter {
            model[$0] == nil
        }
        guard missing.isEmpty else {
            throw TrackingError(
                .invalidValue,
                "Model json is missing mandatory fields: \(missing.joined(separator: ", "))"
            )
        }
        var entry = JSONObject()
        for name in ["run_id", "artifact_path", "utc_time_created", "model_uuid"] {
            if let value = model[name] { _ = entry.insert(value, named: JSONName(name)) }
        }
        _ = entry.insert(withoutConfigurations(model["flavors"] ?? .null), named: "flavors")
        return .object(entry)
    }

    /// Flavors without their configurations, which may be long.
    private static func withoutConfigurations(_ flavors: JSONValue) -> JSONValue {
        guard case .object(let flavors) = flavors else { return flavors }
        var kept = JSONObject()
        for (name, flavor) in flavors.members {
            var flavor = flavor
            if case .object(let settings) = flavor {
                var short = JSONObject()
                for (name, value) in settings.members where name != "config" {
                    _ = short.insert(value, named: name)
                }
                flavor = .object(short)
            }
            _ = kept.insert(flavor, named: name)
        }
        return .object(kept)
    }
}

extension Tag {
    /// The tag with which old clients list the models that a run logged.
    static let modelHistory: TrackingKey = "mlflow.log-model.history"
    /// The tag of a logged model that lists the registered versions that it became.
    static let modelVersions: TrackingKey = "mlflow.modelVersions"
}
