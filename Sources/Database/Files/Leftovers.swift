import Platform

/// Temporary files and folders beside the database: the copy that a migration starts with, and what
/// an import reads.
///
/// A process holds a lock on those that it made; the next process removes those without one.
package enum Leftovers {
    /// The seconds for which a new one may not be locked yet.
    private static let grace = 60

    /// Removes the files of ended processes beside a database.
    package static func sweep(beside database: String) {
        let end = database.utf8.lastIndex(of: UInt8(ascii: "/"))
        let folder = end.map { String(database[..<$0]) } ?? "."
        let name = end.map { String(database[database.index(after: $0)...]) } ?? database
        for entry in Files.names(in: folder.isEmpty ? "/" : folder)
        where isLeftover(entry.utf8, of: name) {
            let path = "\(folder)/\(entry)"
            // A link is never locked, so it is never left over.
            if PathHold.isAbandoned(path, after: grace) { Files.remove(path) }
        }
    }

    /// `NAME.import-XXXXXX`, or `NAME.workbench-VERSION.PROCESS`.
    private static func isLeftover(_ entry: String.UTF8View, of name: String) -> Bool {
        if entry.starts(with: "\(name).import-".utf8) { return true }
        let start = "\(name).\(SchemaStamp.prefix)"
        guard entry.starts(with: start.utf8) else { return false }
        let numbers = entry.dropFirst(start.utf8.count).split(
            separator: UInt8(ascii: "."),
            omittingEmptySubsequences: false
        )
        return numbers.count == 2
            && numbers.allSatisfy { number in
                !number.isEmpty
                    && number.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
            }
    }
}
