import GRDB
import Tracking

/// The versions of a model that are deployed or one step from it: those in stage Production, and
/// those that the alias `production` names in any case: clients read `Production` without knowing
/// that it is another alias.
struct VersionsInUse {
    private var inProduction: Set<Int>
    private var aliased: [String: Int]
    private var deployed: Int?

    init(_ db: Database, of model: String) throws {
        let staged = try db.cachedStatement(
            sql: """
                SELECT version FROM model_versions
                WHERE name = ? AND current_stage = '\(Stage.production.rawValue)'
                """
        )
        inProduction = Set(try Int.fetchAll(staged, arguments: [model]))
        let named = try db.cachedStatement(
            sql: """
                SELECT alias, version FROM registered_model_aliases
                WHERE name = ? AND lower(alias) = '\(Deployment.alias)'
                """
        )
        aliased = try Row.fetchAll(named, arguments: [model])
            .reduce(into: [:]) { $0[$1[0]] = $1[1] }
        deployed = try Deployment.version(db, of: model)
    }

    /// The versions that came into use since; what was deployed already is not among them.
    func entered(since before: VersionsInUse) -> [Int] {
        var entered = inProduction.subtracting(before.inProduction)
        for (alias, version) in aliased where before.aliased[alias] != version {
            entered.insert(version)
        }
        if let deployed = before.deployed { entered.remove(deployed) }
        return entered.sorted()
    }
}
