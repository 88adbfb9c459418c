/// A dataset that a task reads or makes.
public struct TaskDataset: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// What finds it again: its name and digest, or its path.
    public var reference: String
    /// Its file or folder.
    public var path: String
    /// The SHA-256 of its content.
    public var digest: String
    /// Rows to train on.
    public var rows: Int
    /// Rows that are held out.
    public var heldOutRows: Int

    /// Creates a dataset.
    public init(
        name: String,
        reference: String,
        path: String,
        digest: String,
        rows: Int,
        heldOutRows: Int
    ) {
        self.name = name
        self.reference = reference
        self.path = path
        self.digest = digest
        self.rows = rows
        self.heldOutRows = heldOutRows
    }
}
