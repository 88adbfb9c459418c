import Database
import FoundationEssentials
import GRDB
import Platform

extension RunRecord {
    static let columns = """
        run_uuid, experiment_id, name, user_id, status, start_time, end_time, lifecycle_stage, \
        artifact_uri
        """

    init(row: Row) {
        self.init(
            id: row[0],
            experimentID: row[1] ?? 0,
            name: row[2] ?? "",
            user: row[3] ?? "",
            status: RunStatus(rawValue: row[4] ?? "") ?? .running,
            startTime: row[5],
            endTime: row[6],
            lifecycle: LifecycleStage(rawValue: row[7] ?? "") ?? .active,
            artifactURI: row[8] ?? ""
        )
    }

    static func exists(_ db: Database, id: String) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT 1 FROM runs WHERE run_uuid = ?")
        return try Int.fetchOne(statement, arguments: [id]) != nil
    }

    static func find(_ db: Database, id: String, details: RunDetails = .all) throws -> RunRecord {
        let statement = try db.cachedStatement(
            sql: "SELECT \(columns) FROM runs WHERE run_uuid = ?"
        )
        guard let row = try Row.fetchOne(statement, arguments: [id]) else { throw notFound(id) }
        var found = [RunRecord(row: row)]
        try addDetails(db, details, to: &found)
        return found[0]
    }

    /// Checks that a run accepts writes, by reading one row.
    static func checkActive(_ db: Database, id: String) throws {
        let statement = try db.cachedStatement(
            sql: "SELECT lifecycle_stage FROM runs WHERE run_uuid = ?"
        )
        guard let row = try Row.fetchOne(statement, arguments: [id]) else { throw notFound(id) }
        guard row[0] as String? == LifecycleStage.active.rawValue else {
            throw TrackingError(
                .invalidState,
                "The run \(id) must be in the 'active' state. Current state is deleted.",
                hint: "restore it from the trash first"
            )
        }
    }

    private static func notFound(_ id: String) -> TrackingError {
        TrackingError(
            .notFound,
            "Run with id=\(Validation.printable(id)) not found.",
            hint: "list the runs"
        )
    }

    /// Adds the details of other tables, with one statement per table for all runs.
    ///
    /// The ids are bound as one JSON array, and each row contains its run's index in it.
    static func addDetails(
        _ db: Database,
        _ details: RunDetails,
        to runs: inout [RunRecord]
    ) throws {
        guard !details.isEmpty, !runs.isEmpty else { return }
        let ids = String(decoding: try JSONEncoder().encode(runs.map(\.id)), as: UTF8.self)

        func each(_ columns: String, _ table: String, _ body: (Int, Row) -> Void) throws {
            let statement = try db.cachedStatement(
                sql: """
                    SELECT item.key, \(columns) FROM json_each(?) AS item
                        CROSS JOIN \(table) AS detail ON detail.run_uuid = item.value
                    """
            )
            let rows = try Row.fetchCursor(statement, arguments: [ids])
            while let row = try rows.next() {
                body(row[0], row)
            }
        }

        if details.contains(.params) {
            try each("detail.key, detail.value", "params") {
                runs[$0].params[TrackingKey($1[1])] = $1[2]
            }
        }
        if details.contains(.tags) {
            try each("detail.key, detail.value", "tags") {
                runs[$0].tags[TrackingKey($1[1])] = $1[2] ?? ""
            }
        }
        if details.contains(.metrics) {
            let columns = "detail.key, detail.value, is_nan, timestamp, step"
            try each(columns, "latest_metrics") { place, row in
                let metric = Metric(row: row, from: 1)
                runs[place].metrics[metric.key] = metric
            }
        }
        if details.contains(.inputs) {
            for (place, input) in try DatasetInput.fetch(db, runs: ids) {
                runs[place].inputs.append(input)
            }
            for (place, model) in try LoggedModel.inputs(db, runs: ids) {
                runs[place].modelInputs.append(model)
            }
        }
        if details.contains(.outputs) {
            for (place, output) in try ModelOutput.fetch(db, runs: ids) {
                runs[place].outputs.append(output)
            }
        }
    }
}
