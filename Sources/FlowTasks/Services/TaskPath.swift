import Platform

/// The paths that inputs name, which are relative to the folder of the flow's file.
enum TaskPath {
    /// The absolute path of a path.
    static func absolute(_ path: String, in folder: String) -> String {
        path.hasPrefix("/") ? path : "\(folder)/\(path)"
    }

    /// The absolute path if something exists there; nil for a name.
    static func existing(_ reference: String, in folder: String) -> String? {
        let path = absolute(reference, in: folder)
        return !reference.isEmpty && FilePaths.exists(path) ? path : nil
    }

    /// A fault for a file that is named literally and does not exist.
    static func fault(_ path: String, in folder: String) -> String? {
        guard existing(path, in: folder) == nil else { return nil }
        return "\(path) does not exist in \(folder). A file that another task writes is "
            + "`${TASK.files['NAME']}`."
    }
}
