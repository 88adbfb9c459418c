import Database
import GRDB
import Platform

/// What a person or a program asks of a flow run.
package struct FlowRequest: Sendable, Equatable {
    /// The kinds of request.
    package enum Kind: String, Sendable {
        /// End it: running tasks get TERM and their grace.
        case cancel
        /// End it at once.
        case terminate
        /// Start no more tasks.
        case pause
        /// Continue after a pause.
        case resume
        /// Approve a task that waits for approval.
        case approve
        /// Refuse a task that waits for approval.
        case deny
    }

    /// Its number.
    package var id: Int64
    /// What is asked.
    package var kind: Kind
    /// The task that it is about; nil: the flow run.
    package var task: String?
    /// The reason that was given.
    package var reason: String
    /// Who asked.
    package var author: String
    /// When, in milliseconds since 1970.
    package var askedAt: Int
}

extension FlowStore {
    /// Adds a request.
    package func ask(
        _ kind: FlowRequest.Kind,
        of id: String,
        task: String? = nil,
        reason: String = "",
        author: String
    ) throws {
        try database.write(.full) { db, changes in
            try db.execute(
                sql: """
                    INSERT INTO wb_flow_requests (flow_run, kind, task, reason, author, asked_at)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [id, kind.rawValue, task, reason, author, now()]
            )
            changes.note(.flowRequest, id)
        }
    }

    /// The open requests of a flow run, the oldest first.
    package func requests(of id: String) throws -> [FlowRequest] {
        try database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM wb_flow_requests
                    WHERE flow_run = ? AND answered_at IS NULL ORDER BY id
                    """,
                arguments: [id]
            ).compactMap { row in
                FlowRequest.Kind(rawValue: row["kind"]).map {
                    FlowRequest(
                        id: row["id"],
                        kind: $0,
                        task: row["task"],
                        reason: row["reason"],
                        author: row["author"],
                        askedAt: row["asked_at"]
                    )
                }
            }
        }
    }

    /// Marks requests to end or pause a flow run as answered: it is started again after them.
    package func dismissRequests(of id: String) throws {
        try database.write { db, changes in
            try db.execute(
                sql: """
                    UPDATE wb_flow_requests SET answered_at = ?
                    WHERE flow_run = ? AND answered_at IS NULL
                        AND kind IN ('cancel', 'terminate', 'pause')
                    """,
                arguments: [now(), id]
            )
            changes.note(.flowRequest, id, "answered")
        }
    }

    /// Marks a request as answered.
    package func answer(_ request: FlowRequest, of id: String) throws {
        try database.write { db, changes in
            try db.execute(
                sql: "UPDATE wb_flow_requests SET answered_at = ? WHERE id = ?",
                arguments: [now(), request.id]
            )
            changes.note(.flowRequest, id, "answered")
        }
    }
}
