import GRDB
import Tracking

// MARK: - Datasets

extension MLflowImport {
    /// Imports datasets, and fills `new_datasets` with their ids in the source and here.
    ///
    /// A dataset that is in an experiment already keeps its id there, and no id is used twice,
    /// since inputs refer to it.
    mutating func importDatasets() throws {
        try db.execute(sql: "CREATE TEMP TABLE new_datasets (old TEXT PRIMARY KEY, new TEXT)")
        guard shape.has("datasets") else { return }
        let join = "CROSS JOIN temp.new_experiments AS e ON e.old = s.experiment_id"
        try nameOrphans(
            .datasets,
            where: "NOT EXISTS (SELECT 1 FROM source.experiments AS e "
                + "WHERE e.experiment_id = s.experiment_id)",
            because: "its experiment is missing"
        )
        summary.datasets = try copyRows(
            .datasets,
            join,
            setting: [
                "experiment_id": "e.new",
                "dataset_uuid": """
                CASE WHEN EXISTS (SELECT 1 FROM main.datasets AS d
                    WHERE d.dataset_uuid = s.dataset_uuid)
                THEN new_uuid() ELSE s.dataset_uuid END
                """,
            ],
            isMerged: true
        )
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO temp.new_datasets
                SELECT s.dataset_uuid, d.dataset_uuid FROM source.datasets AS s \(join)
                    JOIN main.datasets AS d ON d.experiment_id = e.new AND d.name = s.name
                        AND d.digest = s.digest
                """
        )
    }
}

// MARK: - Logged models

extension MLflowImport {
    private static let joinModels = "CROSS JOIN temp.new_models AS m ON m.id = s.model_id"

    /// Imports logged models with their parameters, metrics and tags, and fills `new_models`.
    mutating func importLoggedModels() throws {
        try db.execute(
            sql: """
                CREATE TEMP TABLE source_models (id PRIMARY KEY, is_present INTEGER);
                CREATE TEMP TABLE new_models (id TEXT PRIMARY KEY, experiment INTEGER)
                    WITHOUT ROWID;
                """
        )
        let table = ImportedTable.loggedModels
        guard shape.has(table.name) else { return }
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO temp.source_models
                    SELECT model_id, EXISTS (SELECT 1 FROM main.logged_models AS m
                        WHERE m.model_id = s.model_id) FROM source.logged_models AS s;
                INSERT OR IGNORE INTO temp.new_models
                    SELECT s.model_id, e.new FROM source.logged_models AS s
                        JOIN temp.new_experiments AS e ON e.old = s.experiment_id
                        JOIN temp.source_models AS p ON p.id = s.model_id
                    WHERE NOT p.is_present AND \(condition(table));
                """
        )
        summary.loggedModelsPresent = try count("temp.source_models", where: "is_present")
        let isNew =
            "s.model_id NOT IN (SELECT id FROM temp.source_models WHERE is_present AND id NOTNULL)"
        try nameFaults(table, range: isNew)
        try nameOrphans(
            table,
            where: """
                \(isNew) AND \(condition(table))
                    AND s.experiment_id NOT IN (SELECT old FROM temp.new_experiments)
                """,
            because: "its experiment is missing or was not taken"
        )
        summary.loggedModels = try copyRows(
            table,
            Self.joinModels,
            setting: [
                "experiment_id": "m.experiment",
                "artifact_location": "kept_location(s.artifact_location)",
                "lifecycle_stage":
                    "coalesce(\(shape.value("lifecycle_stage", of: table)), 'active')",
            ]
        )
        let experiment = ["experiment_id": "m.experiment"]
        try importDetails(.loggedModelParams, setting: experiment)
        try importDetails(
            .loggedModelTags,
            setting: experiment.merging(["tag_key": Self.foreign("tag_key")]) { $1 }
        )
        try importLoggedModelMetrics()
    }

    private mutating func importDetails(
        _ table: ImportedTable,
        setting values: [String: String]
    ) throws {
        try nameOrphansOfModels(table)
        try copyRows(table, Self.joinModels, setting: values)
    }

    private mutating func nameOrphansOfModels(_ table: ImportedTable) throws {
        try nameOrphans(
            table,
            where: "NOT EXISTS (SELECT 1 FROM temp.source_models WHERE id IS s.model_id)",
            because: "its model is missing"
        )
    }

    private mutating func importLoggedModelMetrics() throws {
        let table = ImportedTable.loggedModelMetrics
        try nameOrphansOfModels(table)
        try nameOrphans(
            table,
            where: """
                EXISTS (SELECT 1 FROM temp.new_models WHERE id = s.model_id)
                    AND NOT EXISTS (SELECT 1 FROM main.runs WHERE run_uuid = s.run_id)
                """,
            because: "its run is missing or was not taken"
        )
        let largest = "1.7976931348623157e308"
        try copyRows(
            table,
            Self.joinModels + " CROSS JOIN main.runs AS r ON r.run_uuid = s.run_id",
            setting: [
                "experiment_id": "m.experiment",
                "metric_value": "max(-\(largest), min(\(largest), s.metric_value))",
                "dataset_uuid": """
                coalesce((SELECT new FROM temp.new_datasets WHERE old = s.dataset_uuid), s.dataset_uuid)
                """,
            ]
        )
    }
}
