import Database
import GRDB

extension FlowStore {
    /// The strongest request since a time to end a flow run, answered or not: `terminate`, `cancel`, or
    /// nil if there is none.
    package func stop(of id: String, since time: Int) throws -> FlowRequest.Kind? {
        try database.read { db in
            try String.fetchOne(
                db,
                sql: """
                    SELECT max(kind) FROM wb_flow_requests
                    WHERE flow_run = ? AND kind IN ('cancel', 'terminate') AND asked_at >= ?
                    """,
                arguments: [id, time]
            ).flatMap(FlowRequest.Kind.init)
        }
    }
}
