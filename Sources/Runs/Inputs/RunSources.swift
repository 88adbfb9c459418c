package import Datasets

/// Finds the models and the data that requests name, wherever the program keeps them.
///
/// All calls block.
package protocol RunSources: Sendable {
    /// What a model's name, path or reference such as `models:/NAME@ALIAS` stands for now: the base
    /// model's file, and the folder of the adapter on it, if there is one.
    func model(_ reference: String) throws -> (path: String, adapter: String?)

    /// What a person calls the base model in a file.
    func modelName(path: String) -> String

    /// Reads the dataset of a name or path.
    func dataset(_ reference: String, isCancelled: @escaping () -> Bool) throws -> Dataset

    /// The name of the dataset of a name or path.
    func datasetName(_ reference: String) throws -> String

    /// The path of a copy of a dataset that nobody changes; it is made where there is none.
    func keep(_ dataset: Dataset, isCancelled: @escaping () -> Bool) throws -> String

    /// The experiment of a run that names none; nil where none is set.
    func defaultExperiment() throws -> String?
}
