import Platform

/// Files and folders that a process makes beside the database for a while: the copy that a
/// migration begins with, and what an import reads.
///
/// A process holds what it made; what nobody holds is removed by the next one.
enum Leftovers {
    /// For how many seconds something new may not be held yet.
    private static let grace = 60

    /// Removes what ended processes left beside a database.
    static func sweep(beside database: String) {
        let end = database.utf8.lastIndex(of: UInt8(ascii: "/"))
        let folder = end.map { String(database[..<$0]) } ?? "."
        let name = end.map { String(database[database.index(after: $0)...]) } ?? database
        for entry in (try? PlainFiles.entries(of: folder.isEmpty ? "/" : folder)) ?? [] {
            guard entry.kind == .file || entry.kind == .folder,
                isLeftover(entry.name.utf8, of: name)
            else { continue }
            let path = "\(folder)/\(entry.name)"
            if PathHold.isAbandoned(path, after: grace) { ScratchFolder.remove(path) }
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
