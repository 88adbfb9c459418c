import GRDB
import Synchronization

/// The searches that stay prepared on every connection: the first few short ones.
///
/// Clients repeat their searches with other values. Each form of a search is a statement of its
/// own, though, and clients choose the forms, so their number is bounded.
enum PreparedSearches {
    private static let maxCount = 128
    private static let maxBytes = 2_000
    private static let prepared = Mutex<Set<String>>([])

    /// The statement of a search, from the cache if it is one of these.
    static func statement(_ sql: String, _ db: Database) throws -> Statement {
        try isPrepared(sql) ? db.cachedStatement(sql: sql) : db.makeStatement(sql: sql)
    }

    private static func isPrepared(_ sql: String) -> Bool {
        prepared.withLock { prepared in
            if prepared.contains(sql) { return true }
            guard prepared.count < maxCount, sql.utf8.count <= maxBytes else { return false }
            prepared.insert(sql)
            return true
        }
    }
}
