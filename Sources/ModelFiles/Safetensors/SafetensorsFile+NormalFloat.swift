internal import FoundationEssentials
internal import JSON
public import Platform
public import Tensors

/// Matrices as bitsandbytes stores them in four bits.
///
/// A matrix `X.weight` of N numbers is N/2 bytes. Its scales are stored beside it as
/// `X.weight.absmax`, the codes' values as `.quant_map`, and `.quant_state.bitsandbytes__nf4` is
/// JSON with the shape and the block size. If the scales are quantized too, there are
/// `.nested_absmax` and `.nested_quant_map`. Source: the behaviour of bitsandbytes, and its
/// documentation of `QuantState`.
extension SafetensorsFile {
    /// Whether the tensor `name` is a matrix in NF4.
    public func isNormalFloat(named name: String) -> Bool {
        tensors[Self.stateName(name, "nf4")] != nil
    }

    /// The shape of the matrix `name` in NF4: rows and columns, which its tensor does not contain.
    public func normalFloatShape(named name: String) throws(ModelFileError) -> [Int] {
        let state = try quantizationState(name)
        return [state.rows, state.columns]
    }

    /// The matrix `name`, which is in NF4, converted to the order in which products read it.
    ///
    /// - Throws: `ModelFileError` if the matrix is in another type of four bits, if a part of it
    ///   is missing or does not match the others, or if its row length is not a multiple of 64.
    public func normalFloatWeight(named name: String) throws(ModelFileError) -> Weight {
        let state = try quantizationState(name)
        let codes = try tensor(named: name)
        let count = state.rows * state.columns
        guard codes.range.count == count / 2 else {
            let bytes = codes.range.count
            throw broken(name, "\(state.rows) x \(state.columns) codes in \(bytes) bytes")
        }
        let values = try floats(named: "\(name).quant_map")
        guard values == ElementType.normalFloatCode else {
            throw broken(name, "a quant_map that is not that of NF4")
        }
        let scales = try scales(name, state)
        let blocks = state.blockLength / ElementType.nf4.blockLength
        return Weight.normalFloat(
            rows: state.rows,
            columns: state.columns,
            packedCodes: UnsafeRawBufferPointer(rebasing: file.bytes[codes.range]),
            // A scale of more than 64 numbers covers several blocks.
            scales: (0..<count / ElementType.nf4.blockLength).map { scales[$0 / blocks] }
        )
    }

    private static func stateName(_ name: String, _ type: String) -> String {
        "\(name).quant_state.bitsandbytes__\(type)"
    }

    /// The scale of each block.
    private func scales(
        _ name: String,
        _ state: NormalFloatState
    ) throws(ModelFileError) -> [Float] {
        let stored = try tensor(named: "\(name).absmax")
        let blocks = state.rows * state.columns / state.blockLength
        guard stored.elementCount == blocks else {
            throw broken(name, "\(stored.elementCount) scales for \(blocks) blocks")
        }
        guard let nested = state.nested else { return try floats(named: stored.name) }
        guard stored.type == .u8 else {
            throw broken(name, "scales of type \(stored.type.rawValue) where U8 is needed")
        }
        let map = try floats(named: "\(name).nested_quant_map")
        let scales = try floats(named: "\(name).nested_absmax")
        let wanted = (blocks + nested.blockLength - 1) / nested.blockLength
        guard map.count == 256, scales.count == wanted else {
            throw broken(
                name,
                "\(scales.count) scales of scales where \(wanted) are needed, "
                    + "or \(map.count) values of codes where 256 are"
            )
        }
        let numbers = DynamicCode.dequantize(
            file.bytes[stored.range],
            scales: scales,
            blockLength: nested.blockLength,
            map: map
        )
        return numbers.map { $0 + nested.offset }
    }

    /// The validated JSON beside the matrix.
    private func quantizationState(_ name: String) throws(ModelFileError) -> NormalFloatState {
        guard isNormalFloat(named: name) else {
            if tensors[Self.stateName(name, "fp4")] != nil {
                throw ModelFileError(
                    .unsupportedType,
                    "\(path) stores tensor \(name) as FP4 of bitsandbytes, which is not supported.",
                    hint: "quantize the model as NF4"
                )
            }
            throw ModelFileError(
                .missingPart,
                "\(path) does not say how tensor \(name) is quantized.",
                hint: "it needs \(Self.stateName(name, "nf4")), as bitsandbytes saves it"
            )
        }
        let stored = try tensor(named: Self.stateName(name, "nf4"))
        guard
            let fields = try? decodeJSON(
                NormalFloatState.Fields.self,
                from: Array(file.bytes[stored.range])
            ), let state = NormalFloatState(fields)
        else { throw broken(name, "a quant_state that is not understood") }
        guard state.columns % ElementType.nf4.blockLength == 0,
            state.blockLength % ElementType.nf4.blockLength == 0
        else {
            throw ModelFileError(
                .unsupportedType,
                "\(path) stores tensor \(name) in blocks of \(state.blockLength) and rows of "
                    + "\(state.columns); multiples of 64 are supported.",
                hint: "quantize the model with blocksize=64"
            )
        }
        guard state.rows * state.columns % state.blockLength == 0 else {
            throw broken(name, "blocks of \(state.blockLength) that do not fill it")
        }
        return state
    }

    private func broken(_ name: String, _ what: String) -> ModelFileError {
        ModelFileError(
            .corrupt,
            "\(path) is damaged: tensor \(name) has \(what).",
            hint: ModelFileError.fetchAgain
        )
    }
}

/// The sizes of a matrix in NF4.
private struct NormalFloatState {
    /// The JSON's fields, under bitsandbytes' names.
    struct Fields: Decodable {
        let quant_type: String
        let blocksize: Int
        let shape: [Int]
        let nested_blocksize: Int?
        let nested_offset: Double?
    }

    let rows: Int
    let columns: Int
    let blockLength: Int
    /// The quantization of the scales, if they are quantized.
    let nested: (blockLength: Int, offset: Float)?

    /// The validated fields, or nil if they are impossible.
    init?(_ fields: Fields) {
        let limit = 1 << 40
        guard fields.quant_type == "nf4", fields.shape.count == 2,
            fields.shape.allSatisfy({ (1...limit).contains($0) }),
            (1...limit).contains(fields.blocksize),
            !fields.shape[0].multipliedReportingOverflow(by: fields.shape[1]).overflow
        else { return nil }
        (rows, columns, blockLength) = (fields.shape[0], fields.shape[1], fields.blocksize)
        switch (fields.nested_blocksize, fields.nested_offset) {
        case (nil, nil): nested = nil
        case (.some(let length), .some(let offset)) where (1...limit).contains(length):
            nested = (length, Float(offset))
        default: return nil
        }
    }
}
