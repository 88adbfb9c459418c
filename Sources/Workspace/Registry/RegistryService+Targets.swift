import Platform
import Registry
import Runs
import Tracking

/// A base model's file, and the adapter on it.
struct ModelOnDisk: Equatable, Sendable {
    /// The base model's file.
    var modelPath: String
    /// The adapter's folder; nil for the base alone.
    var adapter: String?
    /// What a person knows it by.
    var choice: ChatChoice
}

extension RegistryService {
    /// What a target stands for now, to be loaded.
    ///
    /// - Throws: ``WorkspaceError`` with the code `conflict` for a version whose files are not those
    ///   that were registered.
    func load(_ target: ChatTarget) throws -> ModelOnDisk {
        switch target {
        case .version, .alias, .stage, .latest:
            let version = try registry.resolve(target.reference)
            try files.check(version)
            return try resolve(version, target)
        case .base, .adapter, .run: return try resolve(target)
        }
    }

    /// What a target stands for now: an alias may point elsewhere tomorrow.
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

    /// The version that chat opens with: the first registered model's that has one deployed.
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
                "\(run.name) has made no adapter or model yet.",
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

    /// Whether what a run made is a whole model, and no adapter.
    private static func isModel(_ path: String) -> Bool { path.hasSuffix(".gguf") }

    /// The base model's file: where it was, else wherever the name leads.
    private func base(name: String?, path: String?, of thing: String) throws -> String {
        if let path, FilePaths.exists(path) { return path }
        guard let name else {
            throw WorkspaceError(.conflict, "It is not known which model \(thing) was trained on.")
        }
        return try models.path(name)
    }
}
