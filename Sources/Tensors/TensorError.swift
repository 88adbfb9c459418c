public import Platform

/// What can go wrong below the model: a missing library, numbers that have no place in a type.
public typealias TensorError = CodedError<TensorErrorCode>

/// The kinds of failure.
public enum TensorErrorCode: ErrorCode {
    /// OpenBLAS cannot be loaded.
    case missingLibrary
    /// `WORKBENCH_ISA` names kernels that this machine cannot use.
    case unknownInstructionSet
    /// `WORKBENCH_GEMM` names no format of products.
    case unknownProductFormat
    /// A matrix whose rows the wanted type cannot hold.
    case wrongShape
    /// A number that is infinite or no number.
    case notFinite

    /// The general kind of error, for other targets.
    public var kind: ErrorKind { .invalid }
}
