public import Tensors
package import Transformer

/// The kernels that a result was computed with: others may differ in the last bits.
public struct Arithmetic: Sendable, Codable, Equatable {
    /// The instruction set of our own kernels.
    public let instructionSet: String
    /// The kernels that OpenBLAS selected.
    public let matrixLibrary: String
    /// What `fast` precision multiplied in; nil for `exact`, and in older checkpoints.
    public let products: ProductFormats?

    /// Those of this process.
    static func current(products: ProductFormats?) throws -> Arithmetic {
        try Arithmetic(
            instructionSet: InstructionSet.name,
            matrixLibrary: BLAS.coreName(),
            products: products
        )
    }

    /// What a run multiplies in that was begun with `recorded`: the same, unless that is forced or
    /// not known.
    package static func products(
        _ precision: Precision,
        _ model: ProductFormats,
        resuming recorded: ProductFormats?,
        areForced: Bool = ProductFormats.areForced
    ) -> ProductFormats? {
        guard precision == .fast else { return nil }
        return areForced ? model : recorded ?? model
    }

    /// Whether another's bits may differ; an older checkpoint does not say what it multiplied in.
    private func differs(from other: Arithmetic) -> Bool {
        instructionSet != other.instructionSet || matrixLibrary != other.matrixLibrary
            || (other.products != nil && products != other.products)
    }

    /// Warnings for resuming on `self` what was computed on `other`.
    package func warnings(resuming other: Arithmetic) -> [String] {
        guard differs(from: other) else { return [] }
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
        case products
        /// The key of older checkpoints, in which `avx512vnni` meant what `avx512bf16` is.
        case formerInstructionSet = "instructionSet"
    }

    /// Reads the names of the kernels, those of an older checkpoint too.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        matrixLibrary = try container.decode(String.self, forKey: .matrixLibrary)
        products = try container.decodeIfPresent(ProductFormats.self, forKey: .products)
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
        try container.encodeIfPresent(products, forKey: .products)
    }
}

extension Arithmetic: CustomStringConvertible {
    /// The names of the kernels.
    public var description: String {
        "\(instructionSet) and OpenBLAS \(matrixLibrary)"
            + (products.map { ", products in \($0)" } ?? "")
    }
}
