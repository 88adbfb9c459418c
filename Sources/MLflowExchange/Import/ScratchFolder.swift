import Database
import Tracking
import FoundationEssentials
import Glibc
import Platform

/// A folder for one import's own files, beside the database and for its owner alone.
///
/// It lies there and not under `/tmp`, because a copy of a database needs room.
struct ScratchFolder: ~Copyable {
    let path: String
    private let hold: PathHold

    init(beside database: String) throws {
        Leftovers.sweep(beside: database)
        var template = Array("\(database).import-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw TrackingError(
                .cannotOpen,
                "No folder can be made beside \(database): \(String(cString: strerror(errno))).",
                hint: "check the permissions of the workspace"
            )
        }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        hold = PathHold(path)
    }

    /// Removes the folder with all that is in it.
    func remove() { Self.remove(path) }

    /// Removes a file, or a folder with all that is in it.
    static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
}
