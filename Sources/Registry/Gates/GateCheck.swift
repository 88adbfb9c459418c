import GRDB
import Tracking

/// Asks a gate about a version, within a transaction.
struct GateCheck {
    let db: Database
    let model: String
    let gate: Gate
    /// The deployed version's number, if one is deployed.
    let deployed: Int?

    /// What is found, were `author` to deploy the version.
    func findings(for version: Int, by author: String) throws -> [GateReport.Finding] {
        let conditions = try gate.conditions.map { try finding($0, for: version) }
        guard let approval = gate.approval else { return conditions }
        return conditions + [try finding(approval, for: version, by: author)]
    }

    private func finding(
        _ condition: Gate.Condition,
        for version: Int
    ) throws -> GateReport.Finding {
        let measured = try measurement(of: condition.metric, in: version)
        var wanted = condition.wanted
        let bound: Double?
        switch condition.bound {
        case .value(let value): bound = value
        case .deployed(let margin):
            guard let deployed else {
                // The first deployment must be possible, and what follows it be comparable.
                return GateReport.Finding(
                    subject: condition.metric.text,
                    wanted: "\(wanted) (no version is deployed)",
                    found: "\(measured)",
                    passed: measured.value != nil
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
            passed: passed
        )
    }

    private func finding(
        _ approval: Gate.Approval,
        for version: Int,
        by author: String
    ) throws -> GateReport.Finding {
        let given = try VersionApproval.fetch(db, model: model, version: version)
        let counting = given.filter { approval.isGiven(by: $0.author, to: author) }
        let who = counting.isEmpty ? given : counting
        var found = who.isEmpty ? "none" : "by " + who.map(\.author).joined(separator: ", ")
        if counting.isEmpty, !given.isEmpty { found += ", which does not count" }
        return GateReport.Finding(
            subject: "approval",
            wanted: "\(approval), not by who deploys (\(author))",
            found: found,
            passed: !counting.isEmpty
        )
    }

    private func measurement(of metric: TrackingKey, in version: Int) throws -> Measurement {
        let statement = try db.cachedStatement(
            sql: """
                SELECT latest_metrics.value, latest_metrics.is_nan, model_versions.run_id IS NULL
                FROM model_versions LEFT JOIN latest_metrics
                    ON latest_metrics.run_uuid = model_versions.run_id AND key = ?
                WHERE name = ? AND version = ?
                """
        )
        let row = try Row.fetchOne(statement, arguments: [metric.text, model, version])
        guard let row, !(row[2] as Bool) else { return .noRun }
        guard let value: Double = row[0] else { return .notLogged }
        return row[1] as Bool ? .notANumber : .value(value)
    }

    private enum Measurement: CustomStringConvertible {
        case value(Double)
        case notANumber
        case notLogged
        case noRun

        var value: Double? {
            if case .value(let value) = self { value } else { nil }
        }

        var description: String {
            switch self {
            case .value(let value): "\(value)"
            case .notANumber: "nan"
            case .notLogged: "not logged"
            case .noRun: "no run"
            }
        }
    }
}

extension Gate.Approval {
    /// Whether a person's approval counts when `author` deploys.
    ///
    /// Who has the same user name on another machine counts as the same person.
    func isGiven(by approver: String, to author: String) -> Bool {
        let user = Self.user(approver)
        guard user != Self.user(author) else { return false }
        return switch self {
        case .anyone: true
        case .oneOf(let names): names.contains(user) || names.contains(TrackingKey(approver))
        }
    }

    private static func user(_ author: String) -> TrackingKey {
        let bytes = Array(author.utf8)
        let end = bytes.lastIndex(of: UInt8(ascii: "@")) ?? bytes.endIndex
        return TrackingKey(String(decoding: bytes[..<end], as: UTF8.self))
    }
}
