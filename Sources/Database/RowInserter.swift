package import GRDB
import GRDBSQLite

/// Executes one statement for many rows, with SQLite's own calls: GRDB's would make an array of boxed
/// values for each row.
///
/// A parameter keeps its value until it is set again. Parameters are numbered from 1.
package struct RowInserter: ~Copyable {
    private let statement: Statement
    private let pointer: OpaquePointer

    /// Prepares a statement, which nothing else executes meanwhile.
    package init(_ db: Database, sql: String) throws {
        statement = try db.cachedStatement(sql: sql)
        pointer = statement.sqliteStatement
        sqlite3_reset(pointer)
    }

    deinit {
        sqlite3_reset(pointer)
        sqlite3_clear_bindings(pointer)
    }

    /// Sets a parameter to a text.
    package func set(_ parameter: Int32, _ text: String) {
        var text = text
        text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { bytes in
                // SQLite copies the text.
                let copying = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
                _ = sqlite3_bind_text(
                    pointer,
                    parameter,
                    bytes.baseAddress ?? UnsafePointer(bitPattern: 1),
                    Int32(bytes.count),
                    copying
                )
            }
        }
    }

    /// Sets a parameter to a whole number.
    package func set(_ parameter: Int32, _ number: Int) {
        sqlite3_bind_int64(pointer, parameter, Int64(number))
    }

    /// Sets a parameter to a number.
    package func set(_ parameter: Int32, _ number: Double) {
        sqlite3_bind_double(pointer, parameter, number)
    }

    /// Executes the statement with the values that are set.
    package func insert() throws {
        let code = sqlite3_step(pointer)
        sqlite3_reset(pointer)
        guard code == SQLITE_DONE else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code),
                message: String(cString: sqlite3_errmsg(sqlite3_db_handle(pointer))),
                sql: statement.sql
            )
        }
    }
}
