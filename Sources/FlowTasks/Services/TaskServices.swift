public import Datasets
public import FoundationEssentials
public import Runs

/// What tasks need of a workspace.
///
/// The calls block, and throw errors with their kinds; a task adds its own context to them.
public protocol TaskServices: Sendable {
    /// The runs of the workspace.
    var runs: RunService { get }
    /// A folder for what can be made again, such as environments of Python.
    var cacheFolder: String { get }
    /// The time.
    var now: Date { get }

    /// The dataset of a name, or the file or folder of a path below a folder.
    func dataset(_ reference: String, in folder: String) throws -> TaskDataset

    /// The same for data that need not be readable as it is: its columns may have other names.
    func source(_ reference: String, in folder: String) throws -> TaskDataset

    /// Applies steps to a dataset, and adds the result to the workspace.
    ///
    /// - Parameter name: The name of the result; nil derives it.
    func prepare(
        _ dataset: TaskDataset,
        name: String?,
        _ preparation: Preparation
    ) throws -> TaskDataset

    /// The model of a name, a path below a folder, `runs:/RUN`, `models:/NAME@ALIAS` or the path of
    /// an adapter; nil for the default model.
    ///
    /// - Throws: An error if the files of a registered version are not those that were registered.
    func model(_ reference: String?, in folder: String) throws -> TaskModel

    /// The SHA-256 of a model's file.
    func digest(ofModel path: String) throws -> String

    /// Makes a model from another one.
    func make(
        _ order: ModelOrder,
        isCancelled: @escaping @Sendable () -> Bool,
        progress: @escaping @Sendable (Double) -> Void
    ) throws -> ModelProduct

    /// The type of a model's weights that a name means; nil if there is none.
    func modelType(_ name: String) -> String?

    /// Registers a model as the next version of a name.
    func register(_ model: TaskModel, as name: String, note: String) throws -> Int

    /// The version of `NAME/3`, `models:/NAME/3` or `models:/NAME@ALIAS`.
    func version(_ reference: String) throws -> TaskVersion

    /// Makes a change of a version.
    ///
    /// - Throws: `FlowError` with the code `refused` if a gate does not let it pass.
    func change(_ version: TaskVersion, _ change: VersionChange) throws

    /// The address of the tracker for a program, and a token to write to a run; nil if this program
    /// cannot serve.
    func tracking(for run: String) throws -> TrackingAccess?

    /// Adds metrics to a run.
    func log(_ metrics: [TaskMetric], run: String) throws

    /// Waits; tests return at once.
    func pause(seconds: Double)

    /// The path of the file of a flow's name.
    ///
    /// - Throws: An error if there is no such flow.
    func path(ofFlow name: String) throws -> String

    /// Runs another flow to its end.
    ///
    /// - Throws: `FlowError` with the code `failed` if it failed.
    func run(_ order: SubflowOrder) throws -> SubflowEnd
}
