import FlowTasks
import Platform
import Registry
import Runs
import Tracking
import Workflows

/// What tasks of flows do with the registry; the errors are the registry's own.
extension RegistryService {
    /// Registers a model's file or an adapter that no run of this workspace has made.
    func register(file: String, base: String, as name: String, note: String) throws -> Int {
        try change {
            let location = opened.location(of: file)
            guard FilePaths.exists(opened.path(of: location)) else {
                throw WorkspaceError(
                    .invalid,
                    "\(file) is outside the workspace, and only files in it can be registered.",
                    hint:
                        "Let `model.merge` or `model.quantize` write it there: leave out `output`."
                )
            }
            var version = NewVersion(source: location)
            version.storageLocation = location
            version.description = note.isEmpty ? nil : note
            version.tags = [
                Tag(VersionTag.baseModel, models.name(path: base)), Tag(VersionTag.basePath, base),
            ]
            version.files = try files.take(at: location)
            return try registry.register(version, as: name).version
        }
    }

    /// Moves a version to the stage of a name.
    func setStage(_ version: TaskVersion, to stage: String, archivingOthers: Bool) throws {
        let stage = try Stage(named: stage)
        let canArchive = stage == .staging || stage == .production
        _ = try transition(
            version.name,
            version: version.number,
            to: stage,
            archivingOthers: archivingOthers && canArchive,
            by: nil
        )
    }

    /// Deploys a version.
    func promote(_ version: TaskVersion, reason: String) throws {
        try write {
            _ = try registry.promote(version.name, version: version.number, reason: reason)
        }
    }

    /// Calls `body`; what a gate refuses is refused to the task, and not tried again.
    func refusing(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as RegistryError where error.code == .refused {
            throw FlowError(.refused, error.message, hint: error.hint, details: error.details)
        }
    }
}
