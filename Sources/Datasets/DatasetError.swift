/// What is wrong with a dataset, which row it is, and what to do about it.
public struct DatasetError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of fault, for callers that tell them apart.
    public enum Code: String, Sendable, Equatable {
        /// No file or folder is there.
        case notFound
        /// The system refused to read it.
        case unreadable
        /// Not a supported kind of file, or a folder without a clear training file.
        case unsupported
        /// There is no row in it.
        case empty
        /// A line is not UTF-8.
        case notUTF8
        /// A line is not JSON.
        case brokenRow
        /// A row is JSON, but lacks a field or has one of the wrong type.
        case wrongShape
        /// A message has a role that no template knows.
        case unknownRole
        /// A row has nothing to learn from.
        case noTarget
        /// A row is longer than is read, or than the sequence length allows.
        case tooLong
        /// A share to hold out that cannot be held out.
        case invalidSplit
        /// A way to prepare the data that does not fit it, or cannot be read.
        case invalidStep
        /// The chat template is missing or refused a row.
        case template
    }

    /// The kind of fault.
    public let code: Code
    /// What happened, to which file and line.
    public let message: String
    /// What to do now.
    public let hint: String?
    /// The row, where it is about one.
    public let source: RecordSource?
    /// What happened, whichever row it is.
    let what: String
    /// All broken rows of the file, where reading it found more than one.
    public let brokenRows: BrokenRows

    /// A fault of a whole dataset.
    public init(_ code: Code, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        what = message
        self.hint = hint
        self.source = nil
        brokenRows = BrokenRows()
    }

    /// A fault of one row; the message is preceded by the row's file, line and, if known, column.
    public init(
        _ code: Code,
        at source: RecordSource,
        column: Int? = nil,
        _ what: String,
        hint: String? = nil
    ) {
        self.code = code
        self.message = "\(source)\(column.map { ":\($0)" } ?? ""): \(what)"
        self.what = what
        self.hint = hint
        self.source = source
        brokenRows = BrokenRows()
    }

    /// The fault of the first broken row of several; one message where all have the same fault.
    ///
    /// - Parameter rowCount: All rows of the file.
    init(_ first: DatasetError, of rows: BrokenRows, rowCount: Int) {
        code = first.code
        what = first.what
        hint = first.hint
        source = first.source
        let others = rows.count - 1
        if rows.isOneFault, rows.count == rowCount, others >= BrokenRows.maxAlike {
            message = "\(first.message); the same goes for all \(rowCount) rows"
            brokenRows = BrokenRows()
            return
        }
        let rest = others == 1 ? "1 more row is broken" : "\(others) more rows are broken"
        message = others > 0 ? "\(first.message); \(rest)" : first.message
        brokenRows = rows
    }

    /// The message, and the hint where there is one.
    public var description: String {
        hint.map { "\(message) hint: \($0)" } ?? message
    }
}
