import Datasets
import Runs

/// Finds the models and datasets of a workspace for its runs.
struct WorkspaceSources: RunSources {
    let opened: OpenedFolder
    let models: ModelService
    let datasets: DatasetService
    let registry: RegistryService

    func model(_ reference: String) throws -> (path: String, adapter: String?) {
        let model = try registry.load(ChatTarget(reference))
        return (model.modelPath, model.adapter)
    }

    func modelName(path: String) -> String { models.name(path: path) }

    func dataset(_ reference: String, isCancelled: @escaping () -> Bool) throws -> Dataset {
        try datasets.read(reference, isCancelled: isCancelled)
    }

    func datasetName(_ reference: String) throws -> String { try datasets.find(reference).name }

    func keep(_ dataset: Dataset, isCancelled: @escaping () -> Bool) throws -> String {
        try datasets.archive.add(dataset, isCancelled: isCancelled)
    }

    func defaultExperiment() throws -> String? {
        try Settings.readable(folder: opened.layout.folder).experiment
    }
}
