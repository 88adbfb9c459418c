import Database
import Datasets
import Inference
import Machine
import ModelFiles
package import Platform
import Registry
import Tensors
import Tokenizers
import Tracking
import Training
import Transformer

extension WorkspaceError {
    /// The error of a part below as this target's own.
    init(_ error: any Error) {
        switch error {
        case let error as WorkspaceError: self = error
        case let error as PlatformError: self.init(error)
        case let error as MachineError: self.init(.conflict, error.message, hint: error.hint)
        case let error as TrackingError:
            self.init(Code(error.code), error.message, hint: error.hint)
        case let error as ModelFileError:
            self.init(Code(error.code), error.message, hint: error.hint)
        case let error as DatasetError:
            self.init(
                error.code == .notFound ? .notFound : .invalid,
                error.message,
                hint: error.hint,
                details: error.brokenRows.details
            )
        case let error as TrainingError:
            self.init(Code(error.code), error.message, hint: error.hint)
        case let error as RegistryError:
            self.init(Code(error.code), error.message, hint: error.hint)
        case let error as InferenceError: self.init(.invalid, error.message, hint: error.hint)
        case let error as TensorError: self.init(.invalid, error.message, hint: error.hint)
        case let error as TransformerError: self.init(.failed, error.message, hint: error.hint)
        case let error as TokenizerError: self.init(.invalid, error.message, hint: error.hint)
        case is CancellationError: self.init(.cancelled, "It was cancelled.")
        default: self.init(.failed, "\(error)")
        }
    }

    /// The error of a file that could not be written.
    package init(_ error: PlatformError) {
        let message = error.code == .closed ? "The workspace is closed." : error.message
        self.init(Code(error.code.kind), message, hint: error.hint)
    }

    /// Calls `body` and words what it throws as this target's error.
    static func wording<Result>(_ body: () throws -> Result) throws(WorkspaceError) -> Result {
        do {
            return try body()
        } catch {
            throw WorkspaceError(error)
        }
    }
}

extension BrokenRows {
    /// A line for each row or for those with the same fault, where there is more than one.
    fileprivate var details: [String]? {
        let rest = count - describedCount
        return count > 1 ? lines + (rest > 0 ? ["… and \(rest) more"] : []) : nil
    }
}

extension WorkspaceError.Code {
    init(_ kind: ErrorKind) { self = WorkspaceError.Code(rawValue: kind.rawValue) ?? .failed }

    init(_ code: TrackingError.Code) {
        self =
            switch code {
            case .notFound: .notFound
            case .alreadyExists, .invalidState, .busy: .conflict
            case .invalidValue: .invalid
            case .readOnly: .readOnly
            case .cannotOpen: .inaccessible
            case .diskFull: .full
            default: .failed
            }
    }

    init(_ code: RegistryError.Code) {
        self =
            switch code {
            case .notFound: .notFound
            case .invalidValue: .invalid
            case .alreadyExists, .nothingBefore, .conflict, .refused: .conflict
            }
    }

    init(_ code: TrainingError.Code) {
        self =
            switch code {
            case .configuration, .example: .invalid
            case .resumeMismatch: .conflict
            default: .failed
            }
    }

    init(_ code: ModelFileError.Code) {
        self =
            switch code {
            case .notFound: .notFound
            case .unreadable, .unwritable: .inaccessible
            case .diskFull: .full
            case .busy: .conflict
            case .cancelled: .cancelled
            default: .failed
            }
    }
}
