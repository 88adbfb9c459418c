package import Datasets

/// Finds the models and datasets that requests name.
///
/// All calls block.
package protocol RunSources: Sendable {
    /// The base model's file of a name, path or reference such as `models:/NAME@ALIAS`, and the folder
    /// of the adapter on it, if there is one.
    func model(_ reference: String) throws -> (path: String, adapter: String?)

    /// The name of the base model in a file.
    func modelName(path: String) -> String

    /// Reads the dataset of a name or path.
    func dataset(_ reference: String, isCancelled: @escaping () -> Bool) throws -> Dataset

    /// The name of the dataset of a name or path.
    func datasetName(_ reference: String) throws -> String

    /// The path of an immutable copy of a dataset, which is made if it does not exist.
    func keep(_ dataset: Dataset, isCancelled: @escaping () -> Bool) throws -> String

    /// The experiment of a run whose request has none; nil if none is set.
    func defaultExperiment() throws -> String?
}
