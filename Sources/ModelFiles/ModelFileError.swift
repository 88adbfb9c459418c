public import Platform

/// An error of a model's file, an adapter, or a download.
public typealias ModelFileError = CodedError<ModelFileErrorCode>

/// The kinds of failure.
public enum ModelFileErrorCode: String, ErrorCode {
    /// There is no such file, folder or model.
    case notFound
    /// The system refused to open, read or map a file.
    case unreadable
    /// The system refused to write a file.
    case unwritable
    /// The file is of another kind than expected.
    case foreignFormat
    /// The format's version is not supported.
    case unsupportedVersion
    /// The file is shorter than its header says.
    case truncated
    /// The file contradicts itself or its format.
    case corrupt
    /// A number type or quantization that is not supported.
    case unsupportedType
    /// A model architecture, or a part of one, that is not supported.
    case unsupportedArchitecture
    /// A setting or tensor that the architecture needs is missing.
    case missingPart
    /// A tensor has another shape than the configuration says.
    case wrongShape
    /// A tokenizer or chat template that is not supported.
    case unsupportedTokenizer
    /// An adapter with an unsupported feature.
    case unsupportedAdapter
    /// No source could deliver a model.
    case downloadFailed
    /// A file is complete, but not the expected one.
    case wrongChecksum
    /// A file changed since it was opened.
    case changed
    /// The disk lacks space.
    case diskFull
    /// Another process does the same.
    case busy
    /// The caller cancelled it.
    case cancelled

    /// The general kind of error, for other targets.
    public var kind: ErrorKind {
        switch self {
        case .notFound: .notFound
        case .unreadable, .unwritable: .inaccessible
        case .diskFull: .full
        case .busy: .conflict
        case .cancelled: .cancelled
        case .foreignFormat, .unsupportedVersion, .truncated, .corrupt, .unsupportedType,
            .unsupportedArchitecture, .missingPart, .wrongShape, .unsupportedTokenizer,
            .unsupportedAdapter, .downloadFailed, .wrongChecksum, .changed:
            .failed
        }
    }
}

extension ModelFileError {
    /// The hint for damaged files.
    static var fetchAgain: String { "the file is incomplete or damaged; get it again" }
}
