import Database
import GRDB
import Platform

// MARK: - Reading

extension TrackingStore {
    /// The run with this id and everything logged for it.
    ///
    /// - Throws: `TrackingError` with code `notFound`.
    public func run(_ id: String, details: RunDetails = .all) throws -> RunRecord {
        try read { try RunRecord.find($0, id: id, details: details) }
    }

    /// An id for a run that does not exist yet, so that its lock can be taken first.
    public func newRunID() -> String {
        RunName.uuid(configuration.random)
    }
}

// MARK: - Writing

extension TrackingStore {
    /// Creates a run, with the tags `mlflow.user` and `mlflow.runName`.
    ///
    /// - Parameter isPublished: Whether the caller publishes it itself, in this process.
    /// - Throws: `TrackingError` if the experiment is missing or in the trash, or a run with this
    ///   id exists.
    @discardableResult
    public func createRun(_ new: NewRun, isPublished: Bool = false) throws -> RunRecord {
        let created = try database.writeTogether(isRepeatable: true) { db, changes in
            let experiment = try Experiment.find(db, id: new.experimentID, withTags: false)
            try experiment.checkActive()
            let id = new.id ?? newRunID()
            changes.note(run: id, isPublished: isPublished)
            try Validation.check(runID: id)
            if try RunRecord.exists(db, id: id) {
                throw TrackingError(.alreadyExists, "Run with id=\(id) already exists.")
            }
            let named = new.tags.last { $0.key == Tag.runName }?.value ?? ""
            if let name = new.name, !name.isEmpty, !named.isEmpty,
                TrackingKey(name) != TrackingKey(named)
            {
                throw TrackingError(
                    .invalidValue,
                    "The run has two names: '\(Validation.printable(name))', and the tag "
                        + "\(Tag.runName) says '\(Validation.printable(named))'.",
                    hint: "leave one of them out"
                )
            }
            let given = new.name.flatMap { $0.isEmpty ? nil : $0 } ?? named
            let name = given.isEmpty ? RunName.random(configuration.random) : given
            let user = new.user ?? configuration.identity.user
            var run = RunRecord(
                id: id,
                experimentID: experiment.id,
                name: Tag(Tag.runName, name).storedValue,
                user: user,
                status: new.status,
                startTime: new.startTime ?? configuration.now(),
                lifecycle: .active,
                artifactURI: "\(experiment.artifactLocation)/\(id)/artifacts"
            )
            try Validation.check(text: name, of: "run name")
            try Validation.check(text: user, of: "user name")
            let statement = try db.cachedStatement(
                sql: """
                    INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name,
                        user_id, status, start_time, source_version, lifecycle_stage, artifact_uri,
                        experiment_id)
                    VALUES (?, ?, 'UNKNOWN', '', '', ?, ?, ?, '', 'active', ?, ?)
                    """
            )
            try statement.execute(
                arguments: [
                    id, run.name, user, run.status.rawValue, run.startTime, run.artifactURI,
                    experiment.id,
                ]
            )
            let automatic =
                (new.tagsUser ? [Tag(Tag.user, user)] : []) + [Tag(Tag.runName, name)]
            let others = new.tags.filter { $0.key != Tag.runName }
            var writer = BatchWriter(db, run: id, limits: .none)
            try writer.write(tags: automatic + others, isNew: true)
            for tag in automatic + others { run.tags[tag.key] = tag.storedValue }
            let hasRaised = try AlertWriter(db: db, now: configuration.now())
                .check(Batch(tags: others), of: id, rules: { [] }, &changes)
            return (run: run, hasRaised: hasRaised)
        }
        if created.hasRaised { configuration.alertRaised() }
        return created.run
    }

    /// Changes a run's status, end or name.
    ///
    /// The end of a run is durable when this returns; its end time is now unless it is given. A run
    /// that continues has no end time.
    ///
    /// - Parameters:
    ///   - details: Which parts of the run to return.
    ///   - writer: Who changes it.
    ///   - permit: Throws if this is not allowed; false if status and end must stay as they are. It
    ///     runs in the same transaction.
    @discardableResult
    public func updateRun(
        _ id: String,
        status: RunStatus? = nil,
        endTime: Int? = nil,
        name: String? = nil,
        details: RunDetails = .all,
        by writer: RunWriter = .owner,
        if permit: () throws -> Bool = { true }
    ) throws -> RunRecord {
        let durability = status?.isTerminal == true ? DatabaseFile.Durability.full : .normal
        return try database.writeTogether(durability, isRepeatable: true) { db, changes in
            try RunRecord.checkActive(db, id: id)
            let (status, endTime) = try permit() ? (status, endTime) : (nil, nil)
            changes.note(run: id)
            if writer == .client, status?.isTerminal == false, try isRegistered(db, id) {
                try LateMetrics(db: db, run: id).noteReopening()
            }
            if let status {
                let end = status.isTerminal ? endTime ?? configuration.now() : endTime
                let statement = try db.cachedStatement(
                    sql: "UPDATE runs SET status = ?, end_time = ? WHERE run_uuid = ?"
                )
                try statement.execute(arguments: [status.rawValue, end, id])
            } else if let endTime {
                try db.execute(
                    sql: "UPDATE runs SET end_time = ? WHERE run_uuid = ?",
                    arguments: [endTime, id]
                )
            }
            if let name, !name.isEmpty {
                var writer = BatchWriter(db, run: id, limits: .none)
                try writer.write(tags: [Tag(Tag.runName, name)])
            }
            return try RunRecord.find(db, id: id, details: details)
        }
    }

    /// Moves a run to the trash.
    ///
    /// - Parameter permit: Throws if this is not allowed. It runs in the same transaction.
    public func deleteRun(_ id: String, if permit: () throws -> Void = {}) throws {
        try setLifecycle(.deleted, ofRun: id, if: permit)
    }

    /// Restores a run from the trash.
    public func restoreRun(_ id: String) throws {
        try setLifecycle(.active, ofRun: id)
    }

    private func setLifecycle(
        _ stage: LifecycleStage,
        ofRun id: String,
        if permit: () throws -> Void = {}
    ) throws {
        try write(.run, id) { db in
            let run = try RunRecord.find(db, id: id, details: [])
            try permit()
            if stage == .active { try Experiment.find(db, id: run.experimentID).checkActive() }
            try db.execute(
                sql: "UPDATE runs SET lifecycle_stage = ?, deleted_time = ? WHERE run_uuid = ?",
                arguments: [stage.rawValue, stage == .deleted ? configuration.now() : nil, id]
            )
        }
    }
}
