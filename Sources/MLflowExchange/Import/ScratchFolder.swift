import Database
import Platform
import Tracking

/// A folder for the temporary files of one import, beside the database and readable by its owner
/// only.
///
/// It is not under `/tmp`, because a copy of a database needs space.
struct ScratchFolder: ~Copyable {
    let path: String
    private let hold: PathHold

    init(beside database: String) throws {
        Leftovers.sweep(beside: database)
        path = "\(database).import-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
        do throws(PlatformError) {
            try Files.makeNewFolder(path)
        } catch {
            throw TrackingError(
                .cannotOpen,
                error.message,
                hint: "check the permissions of the workspace"
            )
        }
        hold = PathHold(path)
    }

    /// Removes the folder with its contents.
    func remove() { Files.remove(path) }
}
