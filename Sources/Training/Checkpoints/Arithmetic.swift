import Tensors

/// The kernels that a result was computed with: others may differ in the last bits.
public struct Arithmetic: Sendable, Codable, Equatable {
    /// The instruction set of our own kernels.
    public let instructionSet: String
    /// The kernels that OpenBLAS selected.
    public let matrixLibrary: String

    /// Those of this process.
    static func current() throws -> Arithmetic {
        try Arithmetic(instructionSet: InstructionSet.name, matrixLibrary: BLAS.coreName())
    }

    /// Warnings for resuming on `self` what was computed on `other`.
    func warnings(resuming other: Arithmetic) -> [String] {
        guard other != self else { return [] }
        return [
            "The checkpoint was computed with \(other), this machine computes with \(self): "
                + "the last bits may differ from an uninterrupted run."
        ]
    }
}

extension Arithmetic: CustomStringConvertible {
    /// The names of the kernels.
    public var description: String { "\(instructionSet) and OpenBLAS \(matrixLibrary)" }
}
