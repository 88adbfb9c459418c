import Platform
public import Tensors

/// The position and type of a tensor in a GGUF file.
public struct GGUFTensor: Sendable, Equatable {
    /// Its name, such as `blk.0.attn_q.weight`.
    public let name: String
    /// Its dimensions, the slowest first as in PyTorch: (rows, columns) for a matrix.
    public let shape: [Int]
    /// The type of its numbers.
    public let type: ElementType
    /// Its part of the model, from 0.
    let part: Int
    /// Its bytes, counted from the start of the file, or of that part.
    public let range: Range<Int>

    /// The number of its elements.
    public var elementCount: Int { shape.reduce(1, *) }
}

extension GGUFReader {
    /// The header's entry for one tensor; `dataOffset` is counted from the start of the data.
    struct TensorEntry {
        let name: String
        let shape: [Int]
        let type: ElementType
        let dataOffset: Int
        let byteCount: Int
    }

    /// The next tensor's entry, consistent in itself; its position in the file is checked later,
    /// when the start of the data is known.
    mutating func tensorEntry() throws(ModelFileError) -> TensorEntry {
        let name = try name("a tensor's name")
        let dimensions = try number(UInt32.self, "the dimensions of \(name)")
        guard (1...4).contains(dimensions) else {
            throw corrupt("tensor \(name) has \(dimensions) dimensions where 1 to 4 are possible")
        }
        var shape: [Int] = []
        for _ in 0..<dimensions {
            let extent = try number(UInt64.self, "the shape of \(name)")
            guard let extent = Int(exactly: extent), extent > 0 else {
                throw corrupt("tensor \(name) has an extent of \(extent)")
            }
            // The file lists the fastest dimension first.
            shape.insert(extent, at: 0)
        }
        let code = try number(UInt32.self, "the type of \(name)")
        guard let type = ElementType(rawValue: code), type.isInGGUF else {
            throw ModelFileError(
                .unsupportedType,
                "\(file.path) stores tensor \(name) as \(Self.typeName(code)), "
                    + "which is not supported.",
                hint: "use a file in "
                    + ElementType.ggufTypes.map(\.name).joined(separator: ", ")
            )
        }
        let offset = try number(UInt64.self, "the offset of \(name)")
        guard let offset = Int(exactly: offset) else {
            throw corrupt("tensor \(name) lies at the impossible offset \(offset)")
        }
        guard let columns = shape.last, columns % type.blockLength == 0 else {
            throw corrupt(
                "the rows of tensor \(name) are no whole number of \(type.name) blocks of "
                    + "\(type.blockLength)"
            )
        }
        // No type takes 64 bytes per number, so nothing computed from this product overflows.
        var elements = 1
        for extent in shape {
            let (product, overflow) = elements.multipliedReportingOverflow(by: extent)
            guard !overflow, product <= Int.max / 64 else {
                throw corrupt("tensor \(name) has the impossible shape \(shape)")
            }
            elements = product
        }
        return TensorEntry(
            name: name,
            shape: shape,
            type: type,
            dataOffset: offset,
            byteCount: type.byteCount(elements: elements)
        )
    }

    /// The name of a type code in GGUF, supported here or not.
    static func typeName(_ code: UInt32) -> String {
        let names: [UInt32: String] = [
            0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 6: "Q5_0", 7: "Q5_1", 8: "Q8_0", 9: "Q8_1",
            10: "Q2_K", 11: "Q3_K", 12: "Q4_K", 13: "Q5_K", 14: "Q6_K", 15: "Q8_K",
            16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S", 20: "IQ4_NL", 21: "IQ3_S",
            22: "IQ2_S", 23: "IQ4_XS", 24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64",
            29: "IQ1_M", 30: "BF16", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4", 40: "NVFP4",
        ]
        return names[code] ?? "the unknown type \(code)"
    }
}
