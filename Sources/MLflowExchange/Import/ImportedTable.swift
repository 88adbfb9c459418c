import Tracking

/// A column of MLflow's, and the rule for its values.
///
/// SQLite stores values of any type. One of the wrong type would fail every later read of the row,
/// so it is found here.
struct ImportedColumn {
    /// The rule for a value.
    enum Rule {
        /// A text of at most this many characters.
        case text(Int)
        /// A text that is not empty.
        case title(Int)
        /// The name of a metric, parameter or tag: not empty, without control characters.
        case key(Int)
        /// An id, which may be used in file names: letters, digits, `_` and `-`.
        case id(Int)
        /// A whole number.
        case integer
        /// A number.
        case number
        /// One of these texts.
        case oneOf([String])
        /// 0 or 1.
        case flag
    }

    let name: String
    let rule: Rule
    /// Whether NULL is allowed.
    let isOptional: Bool
    /// The value of the column in files of older MLflows without it; such files are refused if nil.
    let fallback: String?

    init(_ name: String, _ rule: Rule, optional: Bool = false, fallback: String? = nil) {
        self.name = name
        self.rule = rule
        isOptional = optional
        self.fallback = fallback ?? (optional ? "NULL" : nil)
    }

    /// The condition that the value `x` satisfies the rule; never NULL.
    func condition(_ x: String) -> String {
        let isText = "typeof(\(x)) = 'text'"
        let hasNoNUL = "instr(\(x), char(0)) = 0"
        let condition =
            switch rule {
            case .text(let limit): "\(isText) AND length(\(x)) <= \(limit) AND \(hasNoNUL)"
            case .title(let limit):
                "\(isText) AND length(\(x)) BETWEEN 1 AND \(limit) AND \(hasNoNUL)"
            case .key(let limit):
                "\(isText) AND length(\(x)) BETWEEN 1 AND \(limit) AND \(hasNoNUL) "
                    + "AND \(x) NOT GLOB '*[' || char(1) || '-' || char(31) || char(127) || ']*'"
            case .id(let limit):
                "\(isText) AND length(\(x)) BETWEEN 1 AND \(limit) AND \(hasNoNUL) "
                    + "AND \(x) NOT GLOB '*[^0-9A-Za-z_-]*'"
            case .integer: "typeof(\(x)) = 'integer'"
            case .number: "typeof(\(x)) IN ('real', 'integer')"
            case .oneOf(let texts):
                "\(isText) AND \(x) IN (\(texts.map { "'\($0)'" }.joined(separator: ", ")))"
            case .flag: "typeof(\(x)) = 'integer' AND \(x) IN (0, 1)"
            }
        return isOptional ? "(\(x) IS NULL OR (\(condition)))" : "(\(condition))"
    }
}

/// The columns that an import reads of one of MLflow's tables.
struct ImportedTable {
    /// Its name, in both databases.
    let name: String
    /// The name of a row in the summary.
    let kind: String
    /// The columns that name a row in the summary.
    let label: [String]
    let columns: [ImportedColumn]
}

extension ImportedTable {
    private static let stages = ["active", "deleted"]
    private static let uri = ImportedColumn.Rule.text(8192)
    private static let long = ImportedColumn.Rule.text(16_777_215)

    static let experiments = ImportedTable(
        name: "experiments",
        kind: "experiment",
        label: ["experiment_id", "name"],
        columns: [
            .init("experiment_id", .integer),
            .init("name", .title(500)),
            .init("artifact_location", uri, optional: true),
            .init("lifecycle_stage", .oneOf(stages), optional: true),
            .init("creation_time", .integer, optional: true),
            .init("last_update_time", .integer, optional: true),
        ]
    )

    static let experimentTags = ImportedTable(
        name: "experiment_tags",
        kind: "experiment tag",
        label: ["experiment_id", "key"],
        columns: [
            .init("key", .key(250)),
            .init("value", .text(8000), optional: true),
            .init("experiment_id", .integer),
        ]
    )

    static let runs = ImportedTable(
        name: "runs",
        kind: "run",
        label: ["run_uuid"],
        columns: [
            .init("run_uuid", .id(32)),
            .init("name", .text(250), optional: true),
            .init(
                "source_type",
                .oneOf(["NOTEBOOK", "JOB", "LOCAL", "UNKNOWN", "PROJECT"]),
                optional: true
            ),
            .init("source_name", .text(4096), optional: true),
            .init("entry_point_name", .text(4096), optional: true),
            .init("user_id", .text(256), optional: true),
            .init("status", .oneOf(["SCHEDULED", "FAILED", "FINISHED", "RUNNING", "KILLED"])),
            .init("start_time", .integer, optional: true),
            .init("end_time", .integer, optional: true),
            .init("source_version", .text(4096), optional: true),
            .init("lifecycle_stage", .oneOf(stages), optional: true),
            .init("artifact_uri", uri, optional: true),
            .init("experiment_id", .integer),
            .init("deleted_time", .integer, optional: true),
        ]
    )

    static let params = ImportedTable(
        name: "params",
        kind: "parameter",
        label: ["run_uuid", "key"],
        columns: [
            .init("key", .key(250)), .init("value", .text(8000)), .init("run_uuid", .id(32)),
        ]
    )

    static let tags = ImportedTable(
        name: "tags",
        kind: "tag",
        label: ["run_uuid", "key"],
        columns: [
            .init("key", .key(250)),
            .init("value", .text(8000), optional: true),
            .init("run_uuid", .id(32)),
        ]
    )

    static let metrics = ImportedTable(
        name: "metrics",
        kind: "metric point",
        label: ["run_uuid", "key", "step"],
        columns: [
            .init("key", .key(250)),
            .init("value", .number),
            .init("timestamp", .integer),
            .init("run_uuid", .id(32)),
            .init("step", .integer, fallback: "0"),
            .init("is_nan", .flag, fallback: "0"),
        ]
    )

    static let latestMetrics = ImportedTable(
        name: "latest_metrics",
        kind: "last metric point",
        label: ["run_uuid", "key"],
        columns: [
            .init("key", .key(250)),
            .init("value", .number),
            .init("timestamp", .integer, optional: true),
            .init("step", .integer),
            .init("is_nan", .flag),
            .init("run_uuid", .id(32)),
        ]
    )

    static let datasets = ImportedTable(
        name: "datasets",
        kind: "dataset",
        label: ["name", "digest"],
        columns: [
            .init("dataset_uuid", .id(36)),
            .init("experiment_id", .integer),
            .init("name", .title(500)),
            .init("digest", .title(36)),
            .init("dataset_source_type", .text(36)),
            .init("dataset_source", long),
            .init("dataset_schema", long, optional: true),
            .init("dataset_profile", long, optional: true),
        ]
    )

    static let inputs = ImportedTable(
        name: "inputs",
        kind: "input or output",
        label: ["source_type", "source_id", "destination_type", "destination_id"],
        columns: [
            .init("input_uuid", .id(36)),
            .init("source_type", .title(36)),
            .init("source_id", .id(36)),
            .init("destination_type", .title(36)),
            .init("destination_id", .id(36)),
            .init("step", .integer, fallback: "0"),
        ]
    )

    static let inputTags = ImportedTable(
        name: "input_tags",
        kind: "input tag",
        label: ["input_uuid", "name"],
        columns: [
            .init("input_uuid", .id(36)), .init("name", .key(255)), .init("value", .text(500)),
        ]
    )

    static let loggedModels = ImportedTable(
        name: "logged_models",
        kind: "logged model",
        label: ["model_id", "name"],
        columns: [
            .init("model_id", .id(36)),
            .init("experiment_id", .integer),
            .init("name", .title(500)),
            .init("artifact_location", uri),
            .init("creation_timestamp_ms", .integer),
            .init("last_updated_timestamp_ms", .integer),
            .init("status", .integer),
            .init("lifecycle_stage", .oneOf(stages), optional: true),
            .init("model_type", .text(500), optional: true),
            .init("source_run_id", .text(32), optional: true),
            .init("status_message", .text(1000), optional: true),
        ]
    )

    static let loggedModelMetrics = ImportedTable(
        name: "logged_model_metrics",
        kind: "metric of a logged model",
        label: ["model_id", "metric_name", "metric_step"],
        columns: [
            .init("model_id", .id(36)),
            .init("metric_name", .key(500)),
            .init("metric_timestamp_ms", .integer),
            .init("metric_step", .integer),
            .init("metric_value", .number, optional: true),
            .init("experiment_id", .integer),
            .init("run_id", .id(32)),
            .init("dataset_uuid", .text(36), optional: true),
            .init("dataset_name", .text(500), optional: true),
            .init("dataset_digest", .text(36), optional: true),
        ]
    )

    static let loggedModelParams = ImportedTable(
        name: "logged_model_params",
        kind: "parameter of a logged model",
        label: ["model_id", "param_key"],
        columns: [
            .init("model_id", .id(36)),
            .init("experiment_id", .integer),
            .init("param_key", .key(255)),
            .init("param_value", long),
        ]
    )

    static let loggedModelTags = ImportedTable(
        name: "logged_model_tags",
        kind: "tag of a logged model",
        label: ["model_id", "tag_key"],
        columns: [
            .init("model_id", .id(36)),
            .init("experiment_id", .integer),
            .init("tag_key", .key(255)),
            .init("tag_value", long),
        ]
    )

    static let registeredModels = ImportedTable(
        name: "registered_models",
        kind: "registered model",
        label: ["name"],
        columns: [
            .init("name", .title(256)),
            .init("creation_time", .integer, optional: true),
            .init("last_updated_time", .integer, optional: true),
            .init("description", .text(5000), optional: true),
        ]
    )

    static let registeredModelTags = ImportedTable(
        name: "registered_model_tags",
        kind: "tag of a registered model",
        label: ["name", "key"],
        columns: [
            .init("key", .key(250)),
            .init("value", .text(5000), optional: true),
            .init("name", .title(256)),
        ]
    )

    static let aliases = ImportedTable(
        name: "registered_model_aliases",
        kind: "alias",
        label: ["name", "alias"],
        columns: [
            .init("alias", .key(256)), .init("version", .integer), .init("name", .title(256)),
        ]
    )

    static let modelVersions = ImportedTable(
        name: "model_versions",
        kind: "model version",
        label: ["name", "version"],
        columns: [
            .init("name", .title(256)),
            .init("version", .integer),
            .init("creation_time", .integer, optional: true),
            .init("last_updated_time", .integer, optional: true),
            .init("description", .text(5000), optional: true),
            .init("user_id", .text(256), optional: true),
            .init(
                "current_stage",
                .oneOf(["None", "Staging", "Production", "Archived", "Deleted_Internal"])
            ),
            .init("source", uri, optional: true),
            .init("run_id", .text(32), optional: true),
            .init("status", .text(20), optional: true),
            .init("status_message", .text(500), optional: true),
            .init("run_link", .text(500), optional: true),
            .init("storage_location", uri, optional: true),
        ]
    )

    static let modelVersionTags = ImportedTable(
        name: "model_version_tags",
        kind: "tag of a model version",
        label: ["name", "version", "key"],
        columns: [
            .init("key", .key(250)),
            .init("value", long, optional: true),
            .init("name", .title(256)),
            .init("version", .integer),
        ]
    )
}
