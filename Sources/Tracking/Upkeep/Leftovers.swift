import Glibc

/// Files and folders that a process makes beside the database for a while: the copy that a
/// migration begins with, and what an import reads.
///
/// A process holds a lock on what it made, which the kernel frees when the process ends, however
/// that comes about. What nobody holds is removed by the next one.
struct Leftovers: ~Copyable {
    private let descriptor: Int32

    /// Holds a file or folder until this value ends.
    init(holding path: String) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        if descriptor >= 0 { flock(descriptor, LOCK_EX | LOCK_NB) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Removes what ended processes left beside a database.
    ///
    /// - Parameters:
    ///   - database: The path of the database.
    ///   - now: The time in seconds since 1970.
    static func sweep(beside database: String, now: Int = time(nil)) {
        let end = database.utf8.lastIndex(of: UInt8(ascii: "/"))
        let folder = end.map { String(database[..<$0]) } ?? "."
        let name = end.map { String(database[database.index(after: $0)...]) } ?? database
        for entry in (try? PlainFiles.entries(of: folder.isEmpty ? "/" : folder)) ?? [] {
            guard entry.kind == .file || entry.kind == .folder,
                isLeftover(entry.name.utf8, of: name)
            else { continue }
            let path = "\(folder)/\(entry.name)"
            // One that was made this minute may not be held yet.
            var status = stat()
            guard lstat(path, &status) == 0, now - Int(status.st_mtim.tv_sec) > 60 else { continue }
            let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
            guard descriptor >= 0 else { continue }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { ScratchFolder.remove(path) }
            close(descriptor)
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
