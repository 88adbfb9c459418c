import Platform
import Runs

/// The settings of a workspace, read again when their file has changed.
final class SettingsCache: Sendable {
    private let folder: String
    private let known = Guarded<(stamp: FileStamp?, settings: Settings)?>(nil)

    init(folder: String) {
        self.folder = folder
    }

    /// The settings as the file has them now; the defaults for what cannot be read.
    var settings: Settings {
        let stamp = FileStamp(path: WorkspaceLayout(folder: folder).settings)
        return known.withLock { known in
            if let known, known.stamp == stamp { return known.settings }
            let settings = Settings.read(folder: folder).settings
            known = (stamp, settings)
            return settings
        }
    }
}
