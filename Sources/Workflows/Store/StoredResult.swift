import GRDB
package import JSON

/// The result of a task, as it is stored.
package struct StoredResult: Sendable {
    /// A file of a result, kept under its content.
    package struct File: Sendable, Equatable {
        /// The name in the flow's file, relative to its folder.
        package var name: String
        /// The SHA-256 of its content.
        package var digest: String
        /// Whether it may be executed.
        package var isExecutable: Bool

        /// Creates a file.
        package init(name: String, digest: String, isExecutable: Bool) {
            self.name = name
            self.digest = digest
            self.isExecutable = isExecutable
        }
    }

    /// The number of its row; 0 before it is stored.
    package var id: Int64 = 0
    /// The key of the task.
    package var key: String
    /// The chain of flow runs that may use it; nil: every flow run.
    package var lineage: String?
    /// The chain of flow runs in which it was made.
    package var chain: String
    /// The outputs.
    package var outputs: FlowValue
    /// The files.
    package var files: [File]
    /// The flow run that made it.
    package var flowRun: String
    /// The task that made it.
    package var task: String
    /// When, in milliseconds since 1970.
    package var madeAt: Int

    /// Creates a result that is not stored yet.
    package init(
        key: String,
        lineage: String?,
        chain: String,
        outputs: FlowValue,
        files: [File],
        flowRun: String,
        task: String,
        madeAt: Int
    ) {
        self.key = key
        self.lineage = lineage
        self.chain = chain
        self.outputs = outputs
        self.files = files
        self.flowRun = flowRun
        self.task = task
        self.madeAt = madeAt
    }

    init(_ row: Row) throws {
        id = row["id"]
        key = row["key"]
        lineage = row["lineage"]
        chain = row["chain"]
        let stored = StoredJSON.object(row["outputs"])
        outputs = FlowValue(
            stored["value"] ?? .object(JSONObject()),
            content: stored["content"] ?? .object(JSONObject())
        )
        files = StoredJSON.object(row["files"]).members.map { member in
            guard case .object(let file) = member.value, case .string(let digest) = file["digest"]
            else { return File(name: member.name.text, digest: "", isExecutable: false) }
            return File(
                name: member.name.text,
                digest: digest,
                isExecutable: file["executable"] == .boolean(true)
            )
        }
        flowRun = row["flow_run"]
        task = row["task"]
        madeAt = row["made_at"]
    }

    func insert(_ db: Database) throws -> Int64 {
        let files = JSONObject(
            self.files.map { file in
                let value: JSONValue = [
                    "digest": .string(file.digest), "executable": .boolean(file.isExecutable),
                ]
                return (file.name, value)
            }
        )
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO wb_flow_results (
                    key, lineage, chain, outputs, files, flow_run, task, made_at
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        try statement.execute(arguments: [
            key, lineage, chain,
            StoredJSON.text(["value": outputs.value, "content": outputs.content]),
            StoredJSON.text(files), flowRun, task, madeAt,
        ])
        return db.lastInsertedRowID
    }

    /// Its outputs as a JSON object.
    package var values: JSONObject {
        if case .object(let object) = outputs.value { object } else { JSONObject() }
    }
}
