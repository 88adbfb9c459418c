public import Platform

/// What is wrong with a dataset, which row it is, and what to do about it.
public typealias DatasetError = CodedError<DatasetErrorCode>

/// The kinds of fault, for callers that tell them apart.
public enum DatasetErrorCode: String, ErrorCode {
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

    /// Which row it is about, and which others are broken.
    public typealias Context = DatasetErrorContext

    /// What it means to a target above.
    public var kind: ErrorKind {
        switch self {
        case .notFound: .notFound
        case .unreadable, .unsupported, .empty, .notUTF8, .brokenRow, .wrongShape, .unknownRole,
            .noTarget, .tooLong, .invalidSplit, .invalidStep, .template:
            .invalid
        }
    }
}

/// The row that an error is about, and the other broken rows of its file.
public struct DatasetErrorContext: Hashable, Sendable {
    /// What happened, without the place.
    let what: String
    /// The row.
    let source: RecordSource?
    /// All broken rows of the file; none where reading it found only one.
    var brokenRows = BrokenRows()
}

extension DatasetError {
    /// The row, where it is about one.
    public var source: RecordSource? { context?.source }
    /// All broken rows of the file, where reading it found more than one.
    public var brokenRows: BrokenRows { context?.brokenRows ?? BrokenRows() }
    /// What happened, whichever row it is.
    var what: String { context?.what ?? message }

    /// A fault of one row; the message is preceded by the row's file, line and, if known, column.
    public init(
        _ code: Code,
        at source: RecordSource,
        column: Int? = nil,
        _ what: String,
        hint: String? = nil
    ) {
        self.init(code, "\(source)\(column.map { ":\($0)" } ?? ""): \(what)", hint: hint)
        context = DatasetErrorContext(what: what, source: source)
    }

    /// The fault of the first broken row of several; one message where all have the same fault.
    ///
    /// - Parameter rowCount: All rows of the file.
    init(_ first: DatasetError, of rows: BrokenRows, rowCount: Int) {
        self = first
        context = DatasetErrorContext(what: first.what, source: first.source)
        let others = rows.count - 1
        if rows.isOneFault, rows.count == rowCount, others >= BrokenRows.maxAlike {
            message = "\(first.message); the same goes for all \(rowCount) rows"
            return
        }
        let rest = others == 1 ? "1 more row is broken" : "\(others) more rows are broken"
        if others > 0 { message = "\(first.message); \(rest)" }
        context?.brokenRows = rows
        details = rows.details
    }
}
