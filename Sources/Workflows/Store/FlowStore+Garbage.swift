import Database
import GRDB

extension FlowStore {
    /// The results that every flow run may use, whose own flow run was deleted, that no task of another
    /// one has used, and that were made before a time.
    package func unusedResults(madeBefore time: Int) throws -> [StoredResult] {
        try database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM wb_flow_results
                    WHERE lineage IS NULL AND made_at < ?
                        AND flow_run NOT IN (SELECT id FROM wb_flow_runs)
                        AND id NOT IN (SELECT result FROM wb_flow_tasks WHERE result IS NOT NULL)
                    ORDER BY id
                    """,
                arguments: [time]
            ).map(StoredResult.init)
        }
    }

    /// Removes the results that ``unusedResults(madeBefore:)`` finds.
    ///
    /// - Returns: The removed results.
    package func removeUnusedResults(madeBefore time: Int) throws -> [StoredResult] {
        try database.write(.full) { db, changes in
            let unused = try unusedResults(madeBefore: time)
            for result in unused {
                try db.execute(
                    sql: "DELETE FROM wb_flow_results WHERE id = ?",
                    arguments: [result.id]
                )
                changes.note(.flowRun, result.flowRun, "result removed")
            }
            return unused
        }
    }

    /// The digests of the files that results name, other than those with the given numbers.
    package func keptFiles(without removed: Set<Int64>) throws -> Set<String> {
        try database.read { db in
            let rows = try Row.fetchCursor(
                db,
                sql: "SELECT * FROM wb_flow_results WHERE files != '{}'"
            )
            var digests: Set<String> = []
            while let row = try rows.next() {
                let result = try StoredResult(row)
                if !removed.contains(result.id) { digests.formUnion(result.files.map(\.digest)) }
            }
            return digests
        }
    }

    /// The ids of all flow runs.
    package func runIDs() throws -> Set<String> {
        try database.read { try Set(String.fetchAll($0, sql: "SELECT id FROM wb_flow_runs")) }
    }
}
