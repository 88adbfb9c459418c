package import FlowTasks
import Registry
import Workflows

extension WorkspaceTaskServices {
    package func register(_ model: TaskModel, as name: String, note: String) throws -> Int {
        if let run = model.run { return try registry.register(run: run, as: name, note: note) }
        return try registry.register(
            file: model.adapter ?? model.base,
            base: model.base,
            as: name,
            note: note
        )
    }

    package func version(_ reference: String) throws -> TaskVersion {
        let text = reference.hasPrefix("models:/") ? reference : "models:/\(reference)"
        let version = try registry.registry.resolve(text)
        return TaskVersion(name: version.model, number: version.version)
    }

    package func change(_ version: TaskVersion, _ change: VersionChange) throws {
        try registry.refusing {
            switch change {
            case .stage(let stage, let archivingOthers):
                try registry.setStage(version, to: stage, archivingOthers: archivingOthers)
            case .alias(let alias):
                try registry.setAlias(alias, of: version.name, to: version.number, by: nil)
            case .promote(let reason): try registry.promote(version, reason: reason)
            }
        }
    }
}
