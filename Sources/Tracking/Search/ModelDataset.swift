import GRDB

/// The dataset that metrics of logged models were measured on.
public struct ModelDataset: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// Its digest; any if nil.
    public var digest: String?

    /// Creates a dataset from its parts.
    public init(name: String, digest: String? = nil) {
        self.name = name
        self.digest = digest
    }

    /// True for metrics that were measured on one of some datasets.
    static func condition(_ datasets: [ModelDataset]) -> (sql: String, values: StatementArguments) {
        var values = StatementArguments()
        let conditions = datasets.map { dataset in
            values += [dataset.name]
            guard let digest = dataset.digest else { return "dataset_name = ?" }
            values += [digest]
            return "dataset_name = ? AND dataset_digest = ?"
        }
        return ("(\(conditions.joined(separator: " OR ")))", values)
    }
}
