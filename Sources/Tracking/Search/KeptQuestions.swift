import GRDB
import Synchronization

/// Which searches stay prepared on every connection: the first few, short ones.
///
/// Clients ask the same questions with other values. Each shape of a question is a statement of its
/// own, though, and who asks decides the shapes, so their number is bounded.
enum KeptQuestions {
    private static let most = 64
    private static let longest = 2_000
    private static let kept = Mutex<Set<String>>([])

    /// The statement of a search, prepared before if it is one of the kept.
    static func statement(_ sql: String, _ db: Database) throws -> Statement {
        try isKept(sql) ? db.cachedStatement(sql: sql) : db.makeStatement(sql: sql)
    }

    private static func isKept(_ sql: String) -> Bool {
        kept.withLock { kept in
            if kept.contains(sql) { return true }
            guard kept.count < most, sql.utf8.count <= longest else { return false }
            kept.insert(sql)
            return true
        }
    }
}
