import GRDB
package import JSON
import Platform

/// A flow run as it is stored.
package struct FlowRunRecord: Sendable {
    /// 32 hexadecimal digits.
    package var id: String
    /// The first flow run of a chain of forks; they share results.
    package var lineage: String
    /// The name of the flow.
    package var flow: String
    /// The path of its file.
    package var path: String
    /// The folder that paths in the file are relative to.
    package var folder: String
    /// The text of the file when the flow run was created.
    package var source: String
    /// The values of the parameters.
    package var parameters: JSONObject
    /// What it was started with, besides parameters.
    package var order = FlowOrder()
    /// The last result from before the order; forced tasks use only later ones.
    package var floor: Int64 = 0
    /// What started it.
    package var origin: FlowRunOrigin
    /// The state as stored; see ``FlowExecutor/sweep(_:)``.
    package var state = FlowState.pending
    /// Why it is in this state.
    package var reason: String?
    /// Whether a person paused it.
    package var isPaused = false
    /// Its run in the tracker.
    package var run: String?
    /// Times in milliseconds since 1970.
    package var createdAt: Int
    package var startedAt: Int?
    package var endedAt: Int?

    /// Creates the record of a new flow run.
    package init(
        id: String,
        lineage: String? = nil,
        flow: Flow,
        parameters: JSONObject,
        origin: FlowRunOrigin,
        createdAt: Int
    ) {
        self.id = id
        self.lineage = lineage ?? id
        self.flow = flow.name
        path = flow.path
        folder = flow.folder
        source = flow.source
        self.parameters = parameters
        self.origin = origin
        self.createdAt = createdAt
    }

    init(_ row: Row) throws {
        id = row["id"]
        lineage = row["lineage"]
        flow = row["flow"]
        path = row["path"]
        folder = row["folder"]
        source = row["source"]
        parameters = StoredJSON.object(row["parameters"])
        order = FlowOrder(stored: StoredJSON.object(row["orders"]))
        floor = row["floor"]
        origin = FlowRunOrigin(stored: StoredJSON.object(row["origin"]))
        state = FlowState(rawValue: row["state"]) ?? .failed
        reason = row["reason"]
        isPaused = row["paused"]
        run = row["run"]
        createdAt = row["created_at"]
        startedAt = row["started_at"]
        endedAt = row["ended_at"]
    }

    func insert(_ db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO wb_flow_runs (
                    id, lineage, flow, path, folder, source, parameters, orders, floor, origin, state, reason,
                    paused, run, created_at, started_at, ended_at
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                id, lineage, flow, path, folder, source, StoredJSON.text(parameters),
                StoredJSON.text(order.stored), floor, StoredJSON.text(origin.stored),
                state.rawValue, reason,
                isPaused, run, createdAt, startedAt, endedAt,
            ]
        )
    }
}

/// JSON in columns.
enum StoredJSON {
    static func text(_ object: JSONObject) -> String {
        String(decoding: JSONValue.object(object).bytes, as: UTF8.self)
    }

    static func text(_ value: JSONValue) -> String { String(decoding: value.bytes, as: UTF8.self) }

    /// The object in a text that this program has written; empty for anything else.
    static func object(_ text: String?) -> JSONObject {
        guard let text, case .object(let object)? = try? JSONParser.parse(Array(text.utf8)) else {
            return JSONObject()
        }
        return object
    }
}

extension FlowOrder {
    var stored: JSONObject {
        JSONObject([
            ("from", from.map { .string($0) } ?? .null),
            ("ignores_cache", .boolean(ignoresCache)),
            ("forced", .array(forced.sorted().map { .string($0) })),
            ("starts_over", .boolean(startsOver)),
        ])
    }

    init(stored: JSONObject) {
        self.init()
        if case .string(let from) = stored["from"] { self.from = from }
        ignoresCache = stored["ignores_cache"] == .boolean(true)
        startsOver = stored["starts_over"] == .boolean(true)
        if case .array(let values) = stored["forced"] {
            forced = Set(
                values.compactMap { value in
                    if case .string(let text) = value { text } else { nil }
                }
            )
        }
    }
}

extension FlowRunOrigin {
    var stored: JSONObject {
        switch self {
        case .person: JSONObject([("kind", "person")])
        case .schedule(let name, let instant):
            JSONObject([
                ("kind", "schedule"), ("name", .string(name)), ("instant", .integer(instant)),
            ])
        case .forked(let origin): JSONObject([("kind", "fork"), ("of", .string(origin))])
        case .task(let run, let task):
            JSONObject([("kind", "task"), ("of", .string(run)), ("task", .string(task))])
        }
    }

    init(stored: JSONObject) {
        func text(_ name: String) -> String {
            if case .string(let text) = stored[name] { text } else { "" }
        }
        switch text("kind") {
        case "schedule":
            let instant = if case .integer(let value) = stored["instant"] { value } else { 0 }
            self = .schedule(name: text("name"), instant: instant)
        case "fork": self = .forked(from: text("of"))
        case "task": self = .task(flowRun: text("of"), task: text("task"))
        default: self = .person
        }
    }
}
