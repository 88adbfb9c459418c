public import Platform

/// An error in a dataset, with the row and what to do about it.
public typealias DatasetError = CodedError<DatasetErrorCode>

/// The kinds of fault.
public enum DatasetErrorCode: String, ErrorCode {
    /// The file or folder does not exist.
    case notFound
    /// The system refused to read it.
    case unreadable
    /// Not a supported kind of file, or a folder without a clear training file.
    case unsupported
    /// It contains no row.
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
    /// A row exceeds the size limit or the sequence length.
    case tooLong
    /// An impossible share to hold out.
    case invalidSplit
    /// A preparation that does not apply to the data, or is invalid.
    case invalidStep
    /// The chat template is missing or refused a row.
    case template

    /// The row, and the other broken rows.
    public typealias Context = DatasetErrorContext

    /// The general kind of error, for other targets.
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
    /// What happened, without the row's position.
    let what: String
    /// The row.
    let source: RecordSource?
    /// All broken rows of the file; empty if there is only one.
    var brokenRows = BrokenRows()
}

extension DatasetError {
    /// The row, if the error is about one.
    public var source: RecordSource? { context?.source }
    /// All broken rows of the file, if there is more than one.
    public var brokenRows: BrokenRows { context?.brokenRows ?? BrokenRows() }
    /// What happened, without the row's position.
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

    /// The fault of the first of several broken rows; one message if all have the same fault.
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
