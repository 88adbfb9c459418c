public import Platform

/// What is wrong with a model's file, an adapter, or getting a model.
public typealias ModelFileError = CodedError<ModelFileErrorCode>

/// The kinds of trouble, for callers that decide by them.
public enum ModelFileErrorCode: String, ErrorCode {
    /// There is no such file, folder or model.
    case notFound
    /// The system refused to open, read or map a file.
    case unreadable
    /// The system refused to write a file.
    case unwritable
    /// The file is of another kind than was expected.
    case foreignFormat
    /// The format's version is not one that is read here.
    case unsupportedVersion
    /// The file ends before what it promises.
    case truncated
    /// The file contradicts itself or its format.
    case corrupt
    /// A number type or quantization that is not computed with here.
    case unsupportedType
    /// A model architecture, or a part of one, that is not known here.
    case unsupportedArchitecture
    /// A setting or tensor that the architecture needs is not there.
    case missingPart
    /// A tensor has another shape than the configuration says.
    case wrongShape
    /// A tokenizer or chat template that is not understood here.
    case unsupportedTokenizer
    /// An adapter that uses something that is not computed here.
    case unsupportedAdapter
    /// No source could deliver a model.
    case downloadFailed
    /// A file is whole but is not the one it should be.
    case wrongChecksum
    /// A file is not any more what it was when it was opened.
    case changed
    /// The disk has not the room.
    case diskFull
    /// Another process is doing the same thing.
    case busy
    /// The caller asked to stop.
    case cancelled

    /// What it means to a target above.
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
    /// The hint for files that are not what they were when they were made.
    static var fetchAgain: String { "the file is incomplete or damaged; get it again" }
}
