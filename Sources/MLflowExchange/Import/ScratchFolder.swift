import Database
import Tracking
import FoundationEssentials
import Glibc
import Platform

/// A folder for the temporary files of one import, beside the database and readable by its owner
/// only.
///
/// It is not under `/tmp`, because a copy of a database needs space.
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

    /// Removes the folder with its contents.
    func remove() { Self.remove(path) }

    /// Removes a file, or a folder with its contents.
    static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
}
