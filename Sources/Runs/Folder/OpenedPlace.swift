import Glibc
import Platform

/// The folder and the database that a workspace was opened with, whatever their paths name later: a
/// folder may be moved or removed, a database replaced, while a process uses it.
final class OpenedPlace: Sendable {
    private let folder: String
    private let database: String
    private let openedFolder: FileIdentity?
    private let openedDatabase: FileIdentity?
    /// Follows the folder if it is moved; nil if it could not be opened.
    private let held: Descriptor?

    /// Reads the identity of both, which exist.
    init(_ layout: WorkspaceLayout) {
        folder = layout.folder
        database = layout.database
        openedFolder = FileIdentity(folder)
        openedDatabase = FileIdentity(database)
        // The values of fcntl.h; O_PATH is not visible to Swift.
        held = Descriptor.open(folder, O_DIRECTORY | 0o10000000)
    }

    /// Checks that the folder's path still names the folder that was opened.
    ///
    /// - Throws: ``RunError`` with the folder's new place, if that is known.
    func checkFolder() throws(RunError) {
        guard let openedFolder, FileIdentity(folder) != openedFolder else { return }
        if let place = held?.path, let found = FileIdentity(place), found == openedFolder {
            throw RunError(
                .inaccessible,
                "The workspace \(folder) was moved to \(place) while it was in use.",
                hint: "Move it back, or name it with --workspace \(place)."
            )
        }
        throw RunError(
            .inaccessible,
            FilePaths.exists(folder)
                ? "Another folder is at \(folder) than the workspace that was opened there."
                : "The workspace \(folder) was removed while it was in use."
        )
    }

    /// Checks that the database's path still names the file that was opened.
    func checkDatabase() throws(RunError) {
        guard let openedDatabase, FileIdentity(database) != openedDatabase else { return }
        throw RunError(
            .inaccessible,
            FilePaths.exists(database)
                ? "The database \(database) was replaced while it was in use."
                : "The database \(database) was removed while it was in use.",
            hint: "Programs that were started before know the old one alone: start them again."
        )
    }
}
