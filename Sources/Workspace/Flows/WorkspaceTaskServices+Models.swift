package import FlowTasks
import ModelFiles
import Platform
import Registry
import Runs
import Workflows

extension WorkspaceTaskServices {
    package func model(_ reference: String?, in folder: String) throws -> TaskModel {
        try WorkspaceError.translating {
            guard let reference else {
                let model = try models.default()
                guard let path = model.path else {
                    throw WorkspaceError(.notFound, "The model \(model.name) is not installed.")
                }
                return TaskModel(reference: model.name, base: path)
            }
            if reference.hasPrefix("runs:/") || reference.hasPrefix("models:/") {
                return try registered(reference)
            }
            let path = reference.hasPrefix("/") ? reference : "\(folder)/\(reference)"
            guard !reference.isEmpty, FilePaths.exists(path) else {
                return TaskModel(reference: reference, base: try models.path(reference))
            }
            let run = try runs.run(at: path)
            guard models.isAdapter(path) else {
                return TaskModel(reference: path, base: try models.path(path), run: run?.id)
            }
            let base = try base(ofAdapter: path, of: run)
            return TaskModel(reference: path, base: base, adapter: path, run: run?.id)
        }
    }

    package func digest(ofModel path: String) throws -> String {
        try WorkspaceError.translating { try models.library.digest(path) }
    }

    package func modelType(_ name: String) -> String? { QuantizationRecipe(name: name)?.name }

    package func make(
        _ order: ModelOrder,
        isCancelled: @escaping @Sendable () -> Bool,
        progress: @escaping @Sendable (Double) -> Void
    ) throws -> ModelProduct {
        try opened.checkWritable()
        var making = ModelMaking(model: order.model.base)
        making.adapter = order.model.adapter
        making.type = order.type
        making.output =
            if let output = order.output {
                output
            } else {
                "\(opened.layout.models)/\(try fileName(order.name)).gguf"
            }
        making.allowsRequantizing = order.allowsRequantizing
        making.replaces = true
        let made = try models.make(making, isCancelled: isCancelled, progress: progress)
        return ModelProduct(
            path: made.path,
            byteCount: made.byteCount,
            divergence: made.parity?.figures.meanDivergence
        )
    }

    private func fileName(_ name: String) throws(WorkspaceError) -> String {
        guard !name.isEmpty, !name.hasPrefix("."), !name.contains("/") else {
            throw WorkspaceError(
                .invalid,
                "\(VisibleText.name(name)) cannot be the name of a model.",
                hint: "Use letters, digits and -; a path belongs in `output`."
            )
        }
        return name
    }

    private func registered(_ reference: String) throws -> TaskModel {
        let target = try ChatTarget(reference)
        let files = try registry.load(target)
        let run: String? =
            if case .run(let id) = target {
                id
            } else {
                try registry.registry.resolve(reference).run
            }
        return TaskModel(
            reference: reference,
            base: files.modelPath,
            adapter: files.adapter,
            run: run
        )
    }

    /// The model that an adapter was trained on: as its run or its own configuration names it.
    private func base(ofAdapter path: String, of run: RunSummary?) throws -> String {
        if let base = run?.modelPath, FilePaths.exists(base) { return base }
        let named = try run?.model ?? AdapterFile.configuration(path: path).baseModelName
        guard let name = named else {
            throw WorkspaceError(
                .invalid,
                "It is not known which model the adapter \(path) was trained on.",
                hint: "Name the model, and the adapter by itself."
            )
        }
        return try models.path(name)
    }
}
