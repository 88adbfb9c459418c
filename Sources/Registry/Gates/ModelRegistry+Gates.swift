import GRDB
import Platform
import Tracking

// MARK: - Reading

extension ModelRegistry {
    /// The gate of a model; nil if it has none.
    ///
    /// - Throws: `RegistryError` with code `notFound` if there is no such model.
    public func gate(of model: String) throws -> Gate? {
        try store.read { db in
            try checkExists(db, model, nil)
            return try Gate.fetch(db, of: model)
        }
    }

    /// The approvals of a version, first one first.
    public func approvals(of model: String, version: Int) throws -> [VersionApproval] {
        try store.read { db in
            try checkExists(db, model, version)
            return try VersionApproval.fetch(db, model: model, version: version)
        }
    }

    /// The result of the gate if `author` deployed the version now; changes nothing.
    ///
    /// - Parameter author: Who would deploy; the store's identity if nil.
    public func checkGate(
        _ model: String,
        version: Int,
        by author: Author? = nil
    ) throws -> GateReport {
        try store.read { db in
            try checkExists(db, model, version)
            return try askGate(
                db,
                model,
                version,
                deployed: Deployment.version(db, of: model),
                by: author ?? identity
            )
        }
    }
}

// MARK: - Writing

extension ModelRegistry {
    /// Sets a model's gate, or removes it with nil.
    ///
    /// - Throws: `RegistryError` with code `invalidValue` for a gate without requirements, or a
    ///   bound that is not finite.
    public func setGate(
        _ gate: Gate?,
        of model: String,
        by author: Author? = nil,
        reason: String = ""
    ) throws {
        if let gate { try gate.check() }
        let detail = gate?.description ?? Gate.noGate
        try change(model, .setGate, detail: detail, by: author, reason: reason) { db, _ in
            try checkExists(db, model, nil)
            if let gate {
                try db.execute(
                    sql: """
                        INSERT INTO wb_gates (name, gate) VALUES (?, ?)
                        ON CONFLICT (name) DO UPDATE SET gate = excluded.gate
                        """,
                    arguments: [model, try gate.encoded()]
                )
            } else {
                try db.execute(sql: "DELETE FROM wb_gates WHERE name = ?", arguments: [model])
            }
        }
    }

    /// Approves a version for use in the name of `author`; `undo` reverts it.
    ///
    /// An approval belongs to the version, whatever its gate; it counts for deployments by other
    /// people.
    public func approve(
        _ model: String,
        version: Int,
        by author: Author? = nil,
        reason: String = ""
    ) throws {
        try change(model, .approve, version: version, by: author, reason: reason) { db, entry in
            try checkExists(db, model, version)
            try db.execute(
                sql: """
                    INSERT INTO wb_approvals
                        (name, version, approved_by, approved_at, reason, account)
                    VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT (name, version, approved_by) DO UPDATE SET
                        approved_at = excluded.approved_at, reason = excluded.reason
                    WHERE reason <> excluded.reason
                    """,
                arguments: [model, version, entry.author, entry.time, reason, entry.account]
            )
        }
    }

    /// Checks every version that a change deploys, or brings one step before that, and refuses the
    /// change if one does not pass.
    ///
    /// This is the only place where a gate is enforced. `change` calls it for every change within
    /// the change's transaction, so that every deployment is checked and nothing can change in
    /// between.
    ///
    /// - Returns: The remark for the history on what passed, if any.
    func checkGate(
        _ db: Database,
        _ entry: RegistryChange,
        by author: Author,
        since before: VersionsInUse
    ) throws -> String? {
        guard entry.action != .rollback else { return nil }
        var notes: [String] = []
        for version in try VersionsInUse(db, of: entry.model).entered(since: before) {
            let report = try askGate(
                db,
                entry.model,
                version,
                deployed: entry.deployedBefore,
                by: author
            )
            if !report.passed { throw RegistryError(refusing: report) }
            notes += report.findings.compactMap(\.note)
        }
        return notes.isEmpty ? nil : notes.joined(separator: "; ")
    }

    /// Refuses a change that would leave a model's name without its gate.
    func checkNoGate(_ db: Database, _ model: String, for what: String) throws {
        guard try Gate.isSet(db, of: model) else { return }
        throw RegistryError(
            .refused,
            "'\(model)' has a gate and is not \(what): a model of that name would have none.",
            hint: "remove the gate first, with `workbench registry gate \(model) --remove`"
        )
    }

    private func askGate(
        _ db: Database,
        _ model: String,
        _ version: Int,
        deployed: Int?,
        by author: Author
    ) throws -> GateReport {
        let findings = try Gate.fetch(db, of: model).map {
            try GateCheck(db: db, model: model, gate: $0, deployed: deployed, root: folder)
                .findings(for: version, by: author)
        }
        return GateReport(
            model: model,
            version: version,
            deployedVersion: deployed,
            findings: findings ?? []
        )
    }
}

extension RegistryError {
    /// Lists the conditions that a version fails, with what was found and what is required.
    init(refusing report: GateReport) {
        let failures = report.findings.filter { !$0.passed }
            .map { "\($0.subject): found \($0.found), wanted \($0.wanted)" }
        self.init(
            .refused,
            "Version \(report.version) of '\(report.model)' does not pass its gate: "
                + "\(failures.joined(separator: "; ")).",
            hint: "choose a version that passes, have it approved, or change the gate"
        )
    }
}

// MARK: - Rows

extension Gate {
    /// The text of the history for a gate that was removed.
    static let noGate = "none"

    /// Whether a model has a gate, even one that this program cannot read.
    static func isSet(_ db: Database, of model: String) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT 1 FROM wb_gates WHERE name = ?")
        return try Int.fetchOne(statement, arguments: [model]) != nil
    }

    static func fetch(_ db: Database, of model: String) throws -> Gate? {
        let statement = try db.cachedStatement(sql: "SELECT gate FROM wb_gates WHERE name = ?")
        guard let text = try String.fetchOne(statement, arguments: [model]) else { return nil }
        guard let gate = try? Gate(decoding: text) else {
            throw RegistryError(
                .invalidValue,
                "The gate of '\(model)' cannot be read, so nothing can pass it.",
                hint: "set it again"
            )
        }
        return gate
    }

    func check() throws {
        guard !conditions.isEmpty || approval != nil else {
            throw RegistryError(
                .invalidValue,
                "The gate has no requirements.",
                hint: "give a condition or require an approval, or remove the gate"
            )
        }
        for condition in conditions {
            let number =
                switch condition.bound {
                case .value(let value): value
                case .deployed(let margin): margin
                }
            guard !condition.metric.text.isEmpty, number.isFinite else {
                throw RegistryError(
                    .invalidValue,
                    "'\(condition)' is not a condition.",
                    hint: "name a metric and a finite number"
                )
            }
            try Names.check(text: condition.metric.text, of: "metric name", limit: 250)
        }
        if case .oneOf(let names) = approval {
            guard !names.isEmpty, names.allSatisfy({ !$0.text.isEmpty }) else {
                throw RegistryError(
                    .invalidValue,
                    "No one is named who may approve.",
                    hint: "name a person, or let anyone else approve"
                )
            }
            for name in names { try Names.check(text: name.text, of: "person", limit: 256) }
        }
    }
}

extension VersionApproval {
    static func fetch(_ db: Database, model: String, version: Int) throws -> [VersionApproval] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT approved_by, approved_at, reason, account FROM wb_approvals
                WHERE name = ? AND version = ? ORDER BY approved_at, approved_by
                """
        )
        return try Row.fetchAll(statement, arguments: [model, version]).map {
            VersionApproval(author: $0[0], time: $0[1], reason: $0[2], account: $0[3])
        }
    }
}
