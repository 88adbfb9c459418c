import GRDB
import Tracking

/// Which datasets and models runs read, and which models they made.
extension MLflowImport {
    /// The link of a run with a logged model: one that it made, and one that it read.
    private static let modelLinks = "('RUN_OUTPUT', 'MODEL_OUTPUT'), ('RUN_INPUT', 'MODEL_INPUT')"

    /// Fills `new_inputs` with the inputs that are imported with their runs: of datasets, and the links
    /// with models that exist.
    mutating func listInputs() throws {
        try db.execute(
            sql: """
                CREATE TEMP TABLE new_inputs (place INTEGER PRIMARY KEY, run TEXT, source TEXT,
                    uuid TEXT);
                CREATE INDEX temp.new_inputs_run ON new_inputs (run);
                """
        )
        guard shape.has(ImportedTable.inputs.name) else { return }
        try db.execute(
            sql: """
                INSERT INTO temp.new_inputs
                    SELECT s.rowid, s.destination_id, d.new, s.input_uuid FROM source.inputs AS s
                        CROSS JOIN temp.new_runs AS r ON r.id = s.destination_id
                        CROSS JOIN temp.new_datasets AS d ON d.old = s.source_id
                    WHERE s.source_type = 'DATASET' AND s.destination_type = 'RUN'
                """
        )
        try listModelLinks(where: "s.source_id IN (SELECT id FROM temp.new_runs)")
        try leaveOutOwnInputs()
    }

    /// Imports the inputs of some runs from `new_inputs`, with their tags.
    mutating func importInputs(of range: RunRange = RunRange()) throws {
        guard shape.has(ImportedTable.inputs.name) else { return }
        let inputs = "FROM temp.new_inputs WHERE \(range.condition("run"))"
        try copyRows(
            .inputs,
            "CROSS JOIN temp.new_inputs AS i ON i.place = s.rowid",
            setting: ["source_id": "i.source"],
            range: "s.rowid IN (SELECT place \(inputs))"
        )
        try copyRows(.inputTags, "", range: "s.input_uuid IN (SELECT uuid \(inputs))")
    }

    /// Imports the links of runs with the models that were imported, and lists what was left out.
    mutating func importModelLinks() throws {
        guard shape.has(ImportedTable.inputs.name) else { return }
        try nameStrayInputs()
        try db.execute(sql: "DELETE FROM temp.new_inputs")
        try listModelLinks(where: "s.destination_id IN (SELECT id FROM temp.new_models)")
        try db.execute(
            sql: """
                DELETE FROM temp.new_inputs WHERE run NOT IN (SELECT run_uuid FROM main.runs)
                """
        )
        try leaveOutOwnInputs()
        try importInputs()
    }

    /// Adds the links of runs with models that exist to `new_inputs`.
    private func listModelLinks(where condition: String) throws {
        try db.execute(
            sql: """
                INSERT INTO temp.new_inputs
                    SELECT s.rowid, s.source_id, s.source_id, s.input_uuid FROM source.inputs AS s
                        CROSS JOIN main.logged_models AS m ON m.model_id = s.destination_id
                    WHERE (s.source_type, s.destination_type) IN (VALUES \(Self.modelLinks))
                        AND \(condition)
                """
        )
    }

    /// An id of ours would hang the other database's tags on our inputs.
    private func leaveOutOwnInputs() throws {
        try db.execute(
            sql: "DELETE FROM temp.new_inputs WHERE uuid IN (SELECT input_uuid FROM main.inputs)"
        )
    }

    private mutating func nameStrayInputs() throws {
        try nameOrphans(
            .inputs,
            where: """
                s.source_type = 'DATASET' AND s.destination_type = 'RUN'
                    AND (NOT EXISTS (SELECT 1 FROM temp.source_runs WHERE id IS s.destination_id)
                        OR (EXISTS (SELECT 1 FROM temp.new_runs WHERE id = s.destination_id)
                            AND NOT EXISTS (SELECT 1 FROM temp.new_datasets WHERE old = s.source_id)))
                """,
            because: "its run or dataset is missing"
        )
        try nameOrphans(
            .inputs,
            where: """
                (s.source_type, s.destination_type) IN (VALUES \(Self.modelLinks))
                    AND (NOT EXISTS (SELECT 1 FROM main.runs WHERE run_uuid = s.source_id)
                        OR NOT EXISTS (SELECT 1 FROM main.logged_models
                            WHERE model_id = s.destination_id))
                """,
            because: "its run or model is missing"
        )
        try nameOrphans(
            .inputs,
            where: """
                (s.source_type, s.destination_type)
                    NOT IN (VALUES ('DATASET', 'RUN'), \(Self.modelLinks))
                """,
            because: "it is of a kind that this version does not know"
        )
        try nameOrphans(
            .inputTags,
            where:
                "NOT EXISTS (SELECT 1 FROM source.inputs AS i WHERE i.input_uuid = s.input_uuid)",
            because: "its input is missing"
        )
    }
}
