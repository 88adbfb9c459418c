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

extension Arithmetic {
    private enum CodingKeys: String, CodingKey {
        case instructionSet = "kernels"
        case matrixLibrary
        /// The key of older checkpoints, in which `avx512vnni` meant what `avx512bf16` is.
        case formerInstructionSet = "instructionSet"
    }

    /// Reads the names of the kernels, those of an older checkpoint too.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        matrixLibrary = try container.decode(String.self, forKey: .matrixLibrary)
        if let name = try container.decodeIfPresent(String.self, forKey: .instructionSet) {
            instructionSet = name
        } else {
            let former = try container.decode(String.self, forKey: .formerInstructionSet)
            instructionSet = former == "avx512vnni" ? "avx512bf16" : former
        }
    }

    /// Writes the names of the kernels.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(instructionSet, forKey: .instructionSet)
        try container.encode(matrixLibrary, forKey: .matrixLibrary)
    }
}

extension Arithmetic: CustomStringConvertible {
    /// The names of the kernels.
    public var description: String { "\(instructionSet) and OpenBLAS \(matrixLibrary)" }
}
