import Platform
import Registry
import Runs
import Tracking

/// A base model's file, and the adapter on it.
struct ModelOnDisk: Equatable, Sendable {
    /// The base model's file.
    var modelPath: String
    /// The adapter's folder; nil for only the base model.
    var adapter: String?
    /// The name shown to the user.
    var choice: ChatChoice
}

extension RegistryService {
    /// Resolves a target to the files to load.
    ///
    /// - Throws: ``WorkspaceError`` with the code `conflict` for a version whose files differ from
    ///   those registered.
    func load(_ target: ChatTarget) throws -> ModelOnDisk {
        switch target {
        case .version, .alias, .stage, .latest:
            let version = try registry.resolve(target.reference)
            try files.check(version)
            return try resolve(version, target)
        case .base, .adapter, .run: return try resolve(target)
        }
    }

    /// Resolves a target; the result may change, for example when an alias is moved.
    func resolve(_ target: ChatTarget) throws -> ModelOnDisk {
        switch target {
        case .base(let model):
            let path = try models.path(model)
            let choice = ChatChoice(
                target: target,
                title: models.name(path: path),
                subtitle: "base"
            )
            return ModelOnDisk(modelPath: path, adapter: nil, choice: choice)
        case .adapter(let folder, let model):
            let path = try models.path(model)
            let choice = ChatChoice(
                target: target,
                title: FilePaths.name(folder),
                subtitle: "adapter on \(models.name(path: path))"
            )
            return ModelOnDisk(modelPath: path, adapter: folder, choice: choice)
        case .run(let id):
            return try resolve(run: opened.store.run(id, details: [.params, .tags]), target)
        case .version, .alias, .stage, .latest:
            return try resolve(registry.resolve(target.reference), target)
        }
    }

    /// The initial version of chat: that of the first registered model with a deployed version.
    func deployedChoice() throws -> ChatChoice? {
        for model in try registry.models() {
            if let deployed = model.deployed {
                let target =
                    deployed.aliases.contains("production")
                    ? ChatTarget.alias(name: model.name, alias: "production")
                    : .stage(name: model.name, stage: .production)
                return try resolve(deployed, target).choice
            }
        }
        return nil
    }

    private func resolve(run: RunRecord, _ target: ChatTarget) throws -> ModelOnDisk {
        guard let result = run.result else {
            throw WorkspaceError(
                .conflict,
                "\(run.name) has no adapter or model yet.",
                hint: "Let the run finish first."
            )
        }
        let made = "\(opened.path(of: run.artifactURI))/\(result)"
        if Self.isModel(made) {
            let choice = ChatChoice(target: target, title: run.name, subtitle: "model of a run")
            return ModelOnDisk(modelPath: made, adapter: nil, choice: choice)
        }
        let path = try base(
            name: run.params["model"],
            path: run.tags[RunTag.modelPath],
            of: run.name
        )
        return ModelOnDisk(
            modelPath: path,
            adapter: made,
            choice: ChatChoice(
                target: target,
                title: run.name,
                subtitle: "run on \(models.name(path: path))"
            )
        )
    }

    private func resolve(_ version: ModelVersion, _ target: ChatTarget) throws -> ModelOnDisk {
        let name = "\(version.model) v\(version.version)"
        let made = opened.path(of: version.storageLocation)
        let place =
            version.aliases.map { "@\($0)" }
            + (version.stage == .none ? [] : [version.stage.rawValue])
        let title = ([name] + place).joined(separator: " ")
        if Self.isModel(made) {
            let choice = ChatChoice(target: target, title: title, subtitle: "model")
            return ModelOnDisk(modelPath: made, adapter: nil, choice: choice)
        }
        let path = try base(
            name: version.tags[VersionTag.baseModel],
            path: version.tags[VersionTag.basePath],
            of: name
        )
        return ModelOnDisk(
            modelPath: path,
            adapter: made,
            choice: ChatChoice(
                target: target,
                title: title,
                subtitle: "adapter on \(models.name(path: path))"
            )
        )
    }

    /// Whether a run's result is a full model, not an adapter.
    private static func isModel(_ path: String) -> Bool { path.hasSuffix(".gguf") }

    /// The base model's file: at its old path, else found by name.
    private func base(name: String?, path: String?, of thing: String) throws -> String {
        if let path, FilePaths.exists(path) { return path }
        guard let name else {
            throw WorkspaceError(.conflict, "It is not known which model \(thing) was trained on.")
        }
        return try models.path(name)
    }
}
