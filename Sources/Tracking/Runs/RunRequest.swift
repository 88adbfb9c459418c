import Database
import GRDB
import Platform

/// A request to the process that executes a run.
public struct RunRequest: Sendable, Equatable, Identifiable {
    /// What can be requested.
    public enum Kind: String, Sendable, CaseIterable {
        /// Wait before the next step.
        case pause
        /// Continue.
        case resume
        /// Write a checkpoint.
        case checkpoint
        /// Write a checkpoint and end.
        case stop
    }

    /// The request's number; later ones are larger.
    public var id: Int
    /// The run that the request is for.
    public var run: String
    /// What is requested.
    public var kind: Kind
    /// When, in milliseconds since 1970.
    public var createdAt: Int
    /// Who made it, `user@host`.
    public var requestedBy: String
    /// When it was answered, in milliseconds since 1970.
    public var answeredAt: Int?
    /// The answer, such as `done`.
    public var answer: String?
}

extension TrackingStore {
    /// Adds a request to the process that executes a run.
    @discardableResult
    public func addRequest(
        _ kind: RunRequest.Kind,
        run: String,
        by author: String? = nil
    ) throws -> RunRequest {
        try write(.request, run) { db in
            try RunRecord.checkActive(db, id: run)
            try db.execute(
                sql: """
                    INSERT INTO wb_requests (run_uuid, kind, created_at, requested_by)
                    VALUES (?, ?, ?, ?)
                    """,
                arguments: [
                    run, kind.rawValue, configuration.now(),
                    author ?? configuration.identity.description,
                ]
            )
            return try RunRequest.find(db, id: Int(db.lastInsertedRowID))
        }
    }

    /// The requests to a run that are not answered yet, oldest first.
    public func openRequests(run: String) throws -> [RunRequest] {
        try read { try RunRequest.open($0, run: run) }
    }

    /// The request with this number, to see whether it was answered.
    public func request(id: Int) throws -> RunRequest {
        try read { try RunRequest.find($0, id: id) }
    }

    /// Answers a request; it can be answered once.
    @discardableResult
    public func answerRequest(_ id: Int, _ answer: String) throws -> RunRequest {
        try write { db, changes in
            let request = try RunRequest.find(db, id: id)
            changes.note(.request, request.run)
            guard request.answeredAt == nil else {
                throw TrackingError(
                    .invalidState,
                    "Request \(id) was answered already: \(request.answer ?? "")."
                )
            }
            try request.write(db, answer: answer, at: configuration.now())
            return try RunRequest.find(db, id: id)
        }
    }
}

extension RunRequest {
    /// The requests to a run that are not answered yet, oldest first.
    static func open(_ db: Database, run: String) throws -> [RunRequest] {
        try fetch(db, "run_uuid = ? AND answered_at IS NULL", [run])
    }

    /// Writes the answer to the request.
    func write(_ db: Database, answer: String, at time: Int) throws {
        try db.execute(
            sql: "UPDATE wb_requests SET answered_at = ?, answer = ? WHERE id = ?",
            arguments: [time, answer, id]
        )
    }

    fileprivate static func find(_ db: Database, id: Int) throws -> RunRequest {
        guard let found = try fetch(db, "id = ?", [id]).first else {
            throw TrackingError(.notFound, "Request \(id) not found.")
        }
        return found
    }

    fileprivate static func fetch(
        _ db: Database,
        _ condition: String,
        _ arguments: StatementArguments
    ) throws -> [RunRequest] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT id, run_uuid, kind, created_at, requested_by, answered_at, answer
                FROM wb_requests WHERE \(condition) ORDER BY id
                """
        )
        return try Row.fetchAll(statement, arguments: arguments).compactMap { row in
            // The table's CHECK allows no other kind.
            guard let kind = Kind(rawValue: row[2]) else { return nil }
            return RunRequest(
                id: row[0],
                run: row[1],
                kind: kind,
                createdAt: row[3],
                requestedBy: row[4],
                answeredAt: row[5],
                answer: row[6]
            )
        }
    }
}
