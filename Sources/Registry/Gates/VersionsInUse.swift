import GRDB
import Tracking

/// The versions of a model that are in use or one step from it: those in stage Production, and
/// the one that the alias `production` names.
struct VersionsInUse {
    private var inProduction: Set<Int>
    private var aliased: Int?
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
                SELECT version FROM registered_model_aliases
                WHERE name = ? AND alias = '\(Deployment.alias)'
                """
        )
        aliased = try Int.fetchOne(named, arguments: [model])
        deployed = try Deployment.version(db, of: model)
    }

    /// The versions that came into use since: what was deployed already does not come again.
    func entered(since before: VersionsInUse) -> [Int] {
        var entered = inProduction.subtracting(before.inProduction)
        if let aliased, aliased != before.aliased { entered.insert(aliased) }
        if let deployed = before.deployed { entered.remove(deployed) }
        return entered.sorted()
    }
}
