internal import Platform

/// The numbers that `fast` precision multiplies weights in.
///
/// Which are fastest depends on the processor: see `ProductSpeeds`. Adapters and attention are
/// multiplied in bfloat16 in any case.
public struct ProductFormats: Sendable, Equatable, Codable {
    /// A format of factors; sums are float32, or integers of 32 bits.
    public enum Format: String, Sendable, Codable, CaseIterable {
        /// Quantized weights as they are, activations of eight bits.
        case int8
        /// Numbers of sixteen bits with the exponents of float32.
        case bfloat16
        /// Float32 numbers.
        case float32
    }

    /// For the products of a forward pass that tolerate eight bits.
    public let forward: Format
    /// For gradients; never `int8`.
    public let backward: Format

    /// For the other products of a forward pass, sensitive or short ones; never `int8`.
    public var sensitive: Format { forward == .int8 ? backward : forward }

    /// The formats that these names stand for: for gradients `int8` stands for bfloat16.
    public init(forward: Format, backward: Format) {
        self.forward = forward
        self.backward = backward == .int8 ? .bfloat16 : backward
    }
}

extension ProductFormats: CustomStringConvertible {
    /// The formats' names.
    public var description: String {
        forward == backward ? forward.rawValue : "\(forward.rawValue) and \(backward.rawValue)"
    }
}

extension ProductFormats {
    /// The environment variable that forces a format.
    package static let variable = "WORKBENCH_GEMM"

    /// The formats of this process: those that `WORKBENCH_GEMM` forces, else the fastest of the kernels in
    /// use on this processor.
    ///
    /// - Throws: `TensorError` for an unknown name in `WORKBENCH_GEMM`.
    public static func ofThisProcess() throws -> ProductFormats {
        try forced(environment: ProcessEnvironment.variables, fastest: fastest) ?? fastest
    }

    /// The fastest formats of the kernels in use.
    ///
    /// Tiles multiply bfloat16 several times as fast as vectors multiply anything, which is not
    /// measured: their form in C, for tests, is slow.
    private static var fastest: ProductFormats {
        InstructionSet.hasTiles
            ? ProductFormats(forward: .bfloat16, backward: .bfloat16)
            : ProductSpeeds.ofThisMachine.fastest
    }

    /// Whether `WORKBENCH_GEMM` forces a format.
    public static var areForced: Bool {
        ProcessEnvironment.variables[variable].map { !$0.isEmpty } ?? false
    }

    /// The formats that the environment forces; nil if it names none.
    package static func forced(
        environment: [String: String],
        fastest: @autoclosure () -> ProductFormats
    ) throws -> ProductFormats? {
        guard let name = environment[variable], !name.isEmpty else { return nil }
        guard let format = Format(rawValue: name) else {
            let names = Format.allCases.map(\.rawValue).joined(separator: ", ")
            throw TensorError(
                .unknownProductFormat,
                "\(variable) names no format of products: \(name).",
                hint: "set it to one of \(names), or unset it"
            )
        }
        return ProductFormats(
            forward: format,
            backward: format == .int8 ? fastest().backward : format
        )
    }
}
