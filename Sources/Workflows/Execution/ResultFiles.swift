import Platform

/// The files of results, kept by their content: `DIGEST/NAME` in one folder.
package struct ResultFiles: Sendable {
    private let folder: String

    /// Names the folder, which is made when a file is kept.
    package init(folder: String) { self.folder = folder }

    /// Where a file is kept.
    package func path(of file: StoredResult.File) -> String {
        "\(folder)/\(file.digest)/\(FilePaths.name(file.name))"
    }

    /// Copies a file that a task has made; of a folder, all files in it.
    ///
    /// A link to a file is kept as that file. A link to a folder could lead anywhere, also back to
    /// where it is, and is left out.
    ///
    /// - Parameter leaveOut: Is called with a sentence for each entry of a folder that is no file.
    /// - Throws: ``FlowError`` with the code `failed` if it does not exist, and `invalid` if its name
    ///   leads out of the folder of the flow's file.
    func keep(
        _ file: TaskResult.File,
        leaveOut: (String) -> Void
    ) throws -> [StoredResult.File] {
        if let fault = TaskResult.File.fault(in: file.name) { throw FlowError(.invalid, fault) }
        guard let status = FileStatus(file.path), status.kind == .file || status.kind == .folder
        else {
            throw FlowError(
                .failed,
                "The task has not written its output \(file.name).",
                hint: "Write it to \(file.path), or take it out of `outputs`."
            )
        }
        return status.kind == .file
            ? [try keep(file, status)] : try keep(folder: file, leaveOut: leaveOut)
    }

    private func keep(
        folder: TaskResult.File,
        leaveOut: (String) -> Void
    ) throws -> [StoredResult.File] {
        try Files.names(in: folder.path).sorted().flatMap { name -> [StoredResult.File] in
            let entry = TaskResult.File(
                name: "\(folder.name)/\(name)",
                path: "\(folder.path)/\(name)"
            )
            if FileStatus(entry.path, followsLink: false)?.kind == .folder {
                return try keep(folder: entry, leaveOut: leaveOut)
            }
            guard let status = FileStatus(entry.path), status.kind == .file else {
                let name = VisibleText.name(entry.name)
                leaveOut("\(name) is not kept: it is neither a file nor a link to one.")
                return []
            }
            return [try keep(entry, status)]
        }
    }

    private func keep(_ file: TaskResult.File, _ status: FileStatus) throws -> StoredResult.File {
        let kept = StoredResult.File(
            name: file.name,
            digest: try Files.sha256(file.path).hexadecimal,
            isExecutable: status.mode & 0o100 != 0
        )
        let path = path(of: kept)
        if !isIntact(kept) {
            try Files.makeFolder(FilePaths.parent(path))
            try Files.copy(file.path, replacing: path, mode: kept.isExecutable ? 0o500 : 0o400)
        }
        return kept
    }

    /// Whether a file is there with its content.
    func isIntact(_ file: StoredResult.File) -> Bool {
        (try? Files.sha256(path(of: file)).hexadecimal) == file.digest
    }

    /// Writes a file to where the task had written it, unless it is there already.
    ///
    /// - Throws: ``FlowError`` with the code `invalid` if its name leads out of the folder.
    func restore(_ file: StoredResult.File, below target: String) throws {
        if let fault = TaskResult.File.fault(in: file.name) { throw FlowError(.invalid, fault) }
        let place = "\(target)/\(file.name)"
        if (try? Files.sha256(place).hexadecimal) == file.digest { return }
        try Files.makeFolder(FilePaths.parent(place))
        try Files.copy(
            path(of: file),
            replacing: place,
            mode: file.isExecutable ? 0o755 : 0o644
        )
    }

    /// Removes the files that no result names, except new ones: a task that is about to end may have
    /// kept them.
    ///
    /// - Parameter now: The time in milliseconds since 1970.
    package func removeAll(except digests: Set<String>, now: Int) {
        let grace = 3_600_000
        for name in Files.names(in: folder) where !digests.contains(name) {
            let path = "\(folder)/\(name)"
            guard let status = FileStatus(path), now - status.modified.milliseconds > grace else {
                continue
            }
            Files.remove(path)
        }
    }
}
