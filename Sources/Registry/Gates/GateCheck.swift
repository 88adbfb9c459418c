import GRDB
import Tracking

/// Checks a version against a gate, within a transaction.
struct GateCheck {
    let db: Database
    let model: String
    let gate: Gate
    /// The deployed version's number, if one is deployed.
    let deployed: Int?
    /// The workspace's folder.
    let root: String

    /// The findings for a deployment of the version by `author`.
    func findings(for version: Int, by author: Author) throws -> [GateReport.Finding] {
        let conditions = try gate.conditions.map { try finding($0, for: version) }
        guard let approval = gate.approval else { return conditions }
        return conditions + [try finding(approval, for: version, by: author)]
    }

    private func finding(
        _ condition: Gate.Condition,
        for version: Int
    ) throws -> GateReport.Finding {
        var measured = try measurement(of: condition.metric, in: version)
        if measured.value != nil,
            try !Provenance(db, root: root).holds(model: model, version: version)
        {
            measured = .init(kind: .elsewhere)
        }
        var wanted = condition.wanted
        let bound: Double?
        switch condition.bound {
        case .value(let value): bound = value
        case .deployed(let margin):
            guard let deployed else {
                // The first deployment must be possible, and later ones comparable with it.
                return GateReport.Finding(
                    subject: condition.metric.text,
                    wanted: "\(wanted) (no version is deployed)",
                    found: "\(measured)",
                    passed: measured.value != nil,
                    note: measured.note(condition.metric)
                )
            }
            let other = try measurement(of: condition.metric, in: deployed)
            wanted += " (version \(deployed): \(other))"
            bound = other.value.map { $0 + margin }
        }
        var passed = false
        if let value = measured.value, let bound {
            passed = condition.comparison.holds(value, bound)
        }
        return GateReport.Finding(
            subject: condition.metric.text,
            wanted: wanted,
            found: "\(measured)",
            passed: passed,
            note: measured.note(condition.metric)
        )
    }

    private func finding(
        _ approval: Gate.Approval,
        for version: Int,
        by author: Author
    ) throws -> GateReport.Finding {
        let given = try VersionApproval.fetch(db, model: model, version: version)
        let counting = given.filter { approval.isGiven(by: $0, to: author) }
        let who = counting.isEmpty ? given : counting
        var found = who.isEmpty ? "none" : "by " + who.map(\.author).joined(separator: ", ")
        if counting.isEmpty, !given.isEmpty { found += ", which does not count" }
        return GateReport.Finding(
            subject: "approval",
            wanted: "\(approval), not by the person who deploys (\(author))",
            found: found,
            passed: !counting.isEmpty
        )
    }

    private func measurement(of metric: TrackingKey, in version: Int) throws -> Measurement {
        let statement = try db.cachedStatement(
            sql: """
                SELECT model_versions.run_id IS NULL, latest.value, latest.is_nan,
                    late.run_uuid IS NOT NULL, late.value, late.is_nan
                FROM model_versions
                    LEFT JOIN latest_metrics AS latest
                        ON latest.run_uuid = model_versions.run_id AND latest.key = ?1
                    LEFT JOIN wb_late_metrics AS late
                        ON late.run_uuid = model_versions.run_id AND late.key = ?1
                WHERE name = ?2 AND version = ?3
                """
        )
        let row = try Row.fetchOne(statement, arguments: [metric.text, model, version])
        guard let row, !(row[0] as Bool) else { return .init(kind: .noRun) }
        let newest = Measurement.Kind(row[1], isNaN: row[2] ?? false)
        guard row[3] as Bool else { return .init(kind: newest) }
        // A value from before the run's end takes precedence over later ones.
        let kept = Measurement.Kind(row[4], isNaN: row[5] ?? false)
        return kept == .notLogged
            ? .init(kind: newest, isLate: newest != .notLogged)
            : .init(kind: kept, ignored: newest == kept ? nil : newest)
    }

    private struct Measurement: CustomStringConvertible {
        enum Kind: Equatable, CustomStringConvertible {
            case value(Double)
            case notANumber
            case notLogged
            case noRun
            case elsewhere

            init(_ value: Double?, isNaN: Bool) {
                self = value.map { isNaN ? .notANumber : .value($0) } ?? .notLogged
            }

            var description: String {
                switch self {
                case .value(let value): "\(value)"
                case .notANumber: "nan"
                case .notLogged: "not logged"
                case .noRun: "no run"
                case .elsewhere: "files that its run did not make"
                }
            }
        }

        var kind: Kind
        /// Whether it was logged after the run's end, and none before.
        var isLate = false
        /// The value that was logged after the run's end and does not count.
        var ignored: Kind?

        var value: Double? {
            if case .value(let value) = kind { value } else { nil }
        }

        var description: String {
            if let ignored { return "\(kind) (\(ignored) came after the run's end)" }
            return isLate ? "\(kind) (after the run's end)" : "\(kind)"
        }

        /// The remark for the history if a version passes by this.
        func note(_ metric: TrackingKey) -> String? {
            isLate ? "\(metric) \(kind) was logged after the run's end" : nil
        }
    }
}

extension Gate.Approval {
    /// Whether a person's approval counts when `author` deploys.
    ///
    /// One user of this machine is one person, whatever tokens they use. A user with the same name
    /// on another machine counts as the same person.
    func isGiven(by approval: VersionApproval, to author: Author) -> Bool {
        let user = Self.user(approval.author)
        let others = [Self.user(author.name)] + (author.user.map { [TrackingKey($0)] } ?? [])
        guard !others.contains(user), approval.account == nil || approval.account != author.account
        else { return false }
        return switch self {
        case .anyone: true
        case .oneOf(let names):
            names.contains(user) || names.contains(TrackingKey(approval.author))
        }
    }

    private static func user(_ author: String) -> TrackingKey {
        let bytes = Array(author.utf8)
        let end = bytes.lastIndex(of: UInt8(ascii: "@")) ?? bytes.endIndex
        return TrackingKey(String(decoding: bytes[..<end], as: UTF8.self))
    }
}
