import Glibc
import Platform
import Runs
import Tracking

/// Files of runs in `artifacts/.elsewhere`.
///
/// Earlier versions wrote the results of runs there if the workspace was given by a relative path
/// or through a link; each run overwrote the one before. Only the last result is complete, and its
/// `MLmodel` names its run.
struct StrandedFiles {
    /// The folder.
    let path: String
    private let opened: OpenedFolder

    /// The stranded files of a workspace; nil if there are none.
    init?(in opened: OpenedFolder) {
        path = "\(opened.layout.artifacts)/.elsewhere"
        self.opened = opened
        guard !Files.names(in: path).isEmpty else { return nil }
    }

    /// The notice shown when the workspace is opened.
    var notice: Notice {
        Notice(
            .warning,
            "\(path) holds files of runs that an earlier version wrote over each other.",
            hint: "`workbench workspace check` reports what can be recovered."
        )
    }

    /// The files, and what to do.
    func report() -> WorkspaceCheck.Stranded {
        let contents = ArtifactTree(folder: opened.layout.artifacts)?
            .contents(of: ArtifactPlace([Array(FilePaths.name(path).utf8)]))
        let owner = owner
        let remedy =
            switch owner {
            case .none:
                "the run of these files is not known; they are not used, and may be removed"
            case .some(let owner) where FilePaths.exists(owner.place):
                "run \(owner.record.name) has its own files; these are not used, and may be removed"
            case .some(let owner):
                "the \(owner.result) of run \(owner.record.name) is whole: "
                    + "`workbench workspace check --recover` moves it to the run; "
                    + "what earlier runs made was overwritten, so train those again"
            }
        return WorkspaceCheck.Stranded(
            path: path,
            fileCount: contents?.fileCount ?? 0,
            byteCount: contents?.byteCount ?? 0,
            run: owner?.record.id,
            runName: owner?.record.name,
            remedy: remedy
        )
    }

    /// Moves the complete result to its run.
    ///
    /// - Returns: The run's name and where its result is now.
    /// - Throws: ``WorkspaceError`` with the code `conflict` if nothing can be moved.
    func recover() throws(WorkspaceError) -> (run: String, path: String) {
        guard let owner, !FilePaths.exists(owner.place) else {
            throw WorkspaceError(
                .conflict,
                "There is nothing in \(path) that can be moved to a run.",
                hint: "`workbench workspace check` says why."
            )
        }
        try WorkspaceError.translating {
            try Files.makeFolder(FilePaths.parent(owner.place))
            try Files.rename("\(path)/\(owner.result)", to: owner.place)
        }
        return (owner.record.name, owner.place)
    }

    private struct Owner {
        let record: RunRecord
        /// The result's name in a run's folder.
        let result: String
        /// Its correct path.
        let place: String
    }

    /// The run of the result, from its `MLmodel`, which is written last.
    private var owner: Owner? {
        for result in [RunFolder.adapterName, RunFolder.modelName] {
            let model = "\(path)/\(result)/MLmodel"
            guard let text = try? Files.text(model), let id = Self.run(in: text),
                let record = try? opened.store.run(id), record.result == result,
                Self.isNewest(model, in: "\(path)/\(result)")
            else { continue }
            let place = "\(opened.path(of: record.artifactURI))/\(result)"
            return Owner(record: record, result: result, place: place)
        }
        return nil
    }

    /// The value of `run_id`.
    private static func run(in model: String) -> String? {
        let key = "run_id:"
        return model.split(separator: "\n").first { $0.utf8.starts(with: key.utf8) }
            .map { line in line.dropFirst(key.count).filter { $0 != " " && $0 != "'" } }
            .map { String($0) }
    }

    /// Whether no weights are newer than the file that names their run.
    private static func isNewest(_ file: String, in folder: String) -> Bool {
        let written = ContentStamp(file).nanoseconds
        return Files.names(in: folder).filter { $0.hasSuffix(".safetensors") }
            .allSatisfy { ContentStamp("\(folder)/\($0)").nanoseconds <= written }
    }
}

extension Workspace {
    /// Moves a result that an earlier version wrote to the wrong folder to the run that made it.
    ///
    /// Blocks.
    ///
    /// - Returns: The run's name and where its result is now.
    public func recoverStrandedFiles() throws -> (run: String, path: String) {
        try opened.checkWritable()
        return try WorkspaceError.translating {
            guard let stranded = StrandedFiles(in: opened) else {
                throw WorkspaceError(.conflict, "No files are in the wrong folder.")
            }
            return try stranded.recover()
        }
    }
}
