import Database
import GRDB
import Platform

extension TrackingStore {
    /// Records which datasets and logged models a run reads.
    ///
    /// Entries that were recorded before keep their place; a dataset's tags are replaced. Models
    /// may be of another store.
    public func logInputs(
        _ inputs: [DatasetInput],
        models: [String] = [],
        run: String
    ) throws {
        try write(.run, run) { db in
            let experiment = try RunRecord.find(db, id: run, details: []).experimentID
            try RunRecord.checkActive(db, id: run)
            for input in inputs {
                let dataset = try insert(db, input.dataset, experiment: experiment)
                try link(db, dataset, to: run, tags: input.tags)
            }
            for model in models {
                try Validation.check(modelID: model)
                try db.execute(
                    sql: """
                        INSERT INTO inputs (input_uuid, source_type, source_id, destination_type,
                            destination_id) VALUES (?, 'RUN_INPUT', ?, 'MODEL_INPUT', ?)
                        ON CONFLICT DO NOTHING
                        """,
                    arguments: [RunName.uuid(configuration.random), run, model]
                )
            }
        }
    }

    /// The datasets that runs of the experiments read, once for each purpose.
    public func datasetSummaries(experiments: [Int]) throws -> [DatasetSummary] {
        try read { db in
            let list = "[\(experiments.map(String.init).joined(separator: ","))]"
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT datasets.experiment_id, datasets.name, datasets.digest,
                            input_tags.value
                        FROM datasets JOIN inputs ON inputs.source_type = 'DATASET'
                                AND inputs.source_id = datasets.dataset_uuid
                            LEFT JOIN input_tags ON input_tags.input_uuid = inputs.input_uuid
                                AND input_tags.name = ?
                        WHERE datasets.experiment_id IN (SELECT value FROM json_each(?))
                        ORDER BY 1, 2, 3, 4 LIMIT 1000
                        """
                ),
                arguments: [Tag.datasetContext.text, list]
            )
            return rows.map {
                DatasetSummary(experimentID: $0[0], name: $0[1], digest: $0[2], context: $0[3])
            }
        }
    }

    /// Inserts the dataset if it is missing, and returns its id.
    private func insert(
        _ db: Database,
        _ dataset: TrackedDataset,
        experiment: Int
    ) throws -> String {
        guard !dataset.name.isEmpty, !dataset.digest.isEmpty else {
            throw TrackingError(.invalidValue, "A dataset must have a name and a digest.")
        }
        try Validation.check(text: dataset.name, of: "dataset name", limit: 500)
        try Validation.check(text: dataset.digest, of: "dataset digest", limit: 36)
        try Validation.check(text: dataset.sourceType, of: "dataset source type")
        try Validation.check(text: dataset.source, of: "dataset source", limit: 65_535)
        try Validation.check(text: dataset.schema ?? "", of: "dataset schema", limit: 1_048_575)
        try Validation.check(text: dataset.profile ?? "", of: "dataset profile", limit: 16_777_215)
        try db.execute(
            sql: """
                INSERT INTO datasets (dataset_uuid, experiment_id, name, digest,
                    dataset_source_type, dataset_source, dataset_schema, dataset_profile)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                """,
            arguments: [
                RunName.uuid(configuration.random), experiment, dataset.name, dataset.digest,
                dataset.sourceType, dataset.source, dataset.schema, dataset.profile,
            ]
        )
        return try String.fetchOne(
            db,
            sql: """
                SELECT dataset_uuid FROM datasets
                WHERE experiment_id = ? AND name = ? AND digest = ?
                """,
            arguments: [experiment, dataset.name, dataset.digest]
        ) ?? ""
    }

    private func link(_ db: Database, _ dataset: String, to run: String, tags: [Tag]) throws {
        try db.execute(
            sql: """
                INSERT INTO inputs (input_uuid, source_type, source_id, destination_type,
                    destination_id) VALUES (?, 'DATASET', ?, 'RUN', ?) ON CONFLICT DO NOTHING
                """,
            arguments: [RunName.uuid(configuration.random), dataset, run]
        )
        for tag in tags {
            try Validation.check(text: tag.key.text, of: "input tag name", limit: 255)
            try Validation.check(text: tag.value, of: "input tag value", limit: 500)
            try db.execute(
                sql: """
                    INSERT INTO input_tags (input_uuid, name, value)
                    SELECT input_uuid, ?, ? FROM inputs WHERE source_type = 'DATASET'
                        AND source_id = ? AND destination_type = 'RUN' AND destination_id = ?
                    ON CONFLICT (input_uuid, name) DO UPDATE SET value = excluded.value
                    """,
                arguments: [tag.key.text, tag.value, dataset, run]
            )
        }
    }
}

extension DatasetInput {
    /// The inputs of the runs in a JSON array of ids, in the order in which they were
    /// logged, each with its run's place in the array.
    static func fetch(_ db: Database, runs ids: String) throws -> [(place: Int, DatasetInput)] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT item.key, inputs.input_uuid, datasets.name, datasets.digest,
                    dataset_source_type, dataset_source, dataset_schema, dataset_profile,
                    input_tags.name, input_tags.value
                FROM json_each(?) AS item
                    CROSS JOIN inputs ON inputs.destination_type = 'RUN'
                        AND inputs.destination_id = item.value AND inputs.source_type = 'DATASET'
                    JOIN datasets ON datasets.dataset_uuid = inputs.source_id
                    LEFT JOIN input_tags ON input_tags.input_uuid = inputs.input_uuid
                ORDER BY inputs.rowid, input_tags.rowid
                """
        )
        var found: [(place: Int, DatasetInput)] = []
        var last = ""
        for row in try Row.fetchAll(statement, arguments: [ids]) {
            let input: String = row[1]
            if input != last {
                let dataset = TrackedDataset(
                    name: row[2],
                    digest: row[3],
                    sourceType: row[4],
                    source: row[5],
                    schema: row[6],
                    profile: row[7]
                )
                found.append((row[0], DatasetInput(dataset)))
                last = input
            }
            if let name: String = row[8] {
                found[found.count - 1].1.tags.append(Tag(TrackingKey(name), row[9] ?? ""))
            }
        }
        return found
    }
}
