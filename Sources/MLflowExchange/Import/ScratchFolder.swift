import Database
import Platform
import Tracking

/// A folder for the temporary files of one import, beside the database and readable by its owner
/// only.
///
/// It is not under `/tmp`, because a copy of a database needs space.
struct ScratchFolder: ~Copyable {
    let path: String
    /// The import's name.
    let name: String
    private let hold: PathHold

    init(beside database: String) throws {
        Leftovers.sweep(beside: database)
        name = String(UInt64.random(in: 0...UInt64.max), radix: 36)
        path = Self.path(of: name, beside: database)
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

    private static func path(of name: String, beside database: String) -> String {
        "\(database).import-\(name)"
    }

    /// Whether the process of an import has ended.
    static func isAbandoned(_ name: String, beside database: String) -> Bool {
        let path = path(of: name, beside: database)
        // Its folder was locked before anything was written.
        return !FilePaths.exists(path) || PathHold.isAbandoned(path, after: -1)
    }

    /// Removes the folder with its contents.
    func remove() { Files.remove(path) }
}
