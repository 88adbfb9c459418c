public import Platform

/// A safetensors file, mapped into memory and completely validated.
///
/// Source: the format's description in the safetensors repository. As there, a header has at most
/// 100 MB, and the tensors fill the file without gaps.
public final class SafetensorsFile: Sendable {
    /// The path that it was opened with.
    public let path: String
    /// Metadata of the writer, by key.
    public let metadata: [String: String]
    /// The tensors, by name.
    public let tensors: [String: SafetensorsTensor]
    let file: MappedFile

    /// Maps and checks the file at `path`.
    public convenience init(path: String) throws(ModelFileError) {
        try self.init(MappedFile(path: path))
    }

    /// Checks a mapped file.
    package init(_ file: MappedFile) throws(ModelFileError) {
        path = file.path
        self.file = file
        var parser = try SafetensorsHeader(file)
        let header = try parser.parse()
        metadata = header.metadata
        tensors = try Self.place(header.entries, from: parser.dataStart, file)
    }

    /// The size of the whole file in bytes.
    public var byteCount: Int { file.bytes.count }

    /// The bytes of a tensor of this file.
    func bytes(of tensor: SafetensorsTensor) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: file.bytes[tensor.range])
    }

    /// The numbers of the tensor `name`, widened exactly to float32 from F32, F16 or BF16.
    public func floats(named name: String) throws(ModelFileError) -> [Float] {
        let tensor = try tensor(named: name)
        let bytes = file.bytes
        let numbers: [Float] =
            switch tensor.type {
            case .f32:
                stride(from: tensor.range.lowerBound, to: tensor.range.upperBound, by: 4).map {
                    Float(bitPattern: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self))
                }
            case .f16:
                stride(from: tensor.range.lowerBound, to: tensor.range.upperBound, by: 2).map {
                    Float(
                        Float16(
                            bitPattern: bytes.loadUnaligned(fromByteOffset: $0, as: UInt16.self)
                        )
                    )
                }
            case .bf16:
                stride(from: tensor.range.lowerBound, to: tensor.range.upperBound, by: 2).map {
                    let upper = bytes.loadUnaligned(fromByteOffset: $0, as: UInt16.self)
                    return Float(bitPattern: UInt32(upper) << 16)
                }
            case .f64, .f8e4m3, .f8e5m2, .i64, .i32, .i16, .i8, .u64, .u32, .u16, .u8, .bool:
                throw unsupported(tensor, wanted: "F32, F16 or BF16")
            }
        try file.checkIntact()
        return numbers
    }

    /// The numbers of the tensor `name`, which is of type I64 or I32.
    public func integers(named name: String) throws(ModelFileError) -> [Int64] {
        let tensor = try tensor(named: name)
        let result: [Int64]
        switch tensor.type {
        case .i64: result = numbers(tensor, of: Int64.self)
        case .i32: result = numbers(tensor, of: Int32.self).map { Int64($0) }
        default: throw unsupported(tensor, wanted: "I64 or I32")
        }
        try file.checkIntact()
        return result
    }

    private func numbers<Number: FixedWidthInteger>(
        _ tensor: SafetensorsTensor,
        of type: Number.Type
    ) -> [Number] {
        let places = stride(
            from: tensor.range.lowerBound,
            to: tensor.range.upperBound,
            by: MemoryLayout<Number>.size
        )
        return places.map { file.bytes.loadUnaligned(fromByteOffset: $0, as: type) }
    }

    func tensor(named name: String) throws(ModelFileError) -> SafetensorsTensor {
        guard let tensor = tensors[name] else {
            throw ModelFileError(
                .missingPart,
                "\(path) has no tensor \(name).",
                hint: "the file was written for something else"
            )
        }
        return tensor
    }

    private func unsupported(_ tensor: SafetensorsTensor, wanted: String) -> ModelFileError {
        ModelFileError(
            .unsupportedType,
            "\(path) stores tensor \(tensor.name) as \(tensor.type.rawValue); \(wanted) is needed.",
            hint: "save the tensor in another type"
        )
    }

    /// Sets the entries' positions, which must be contiguous up to the end.
    private static func place(
        _ entries: [SafetensorsHeader.Entry],
        from dataStart: Int,
        _ file: MappedFile
    ) throws(ModelFileError) -> [String: SafetensorsTensor] {
        var tensors: [String: SafetensorsTensor] = [:]
        tensors.reserveCapacity(entries.count)
        let available = file.bytes.count - dataStart
        var end = 0
        for entry in entries.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
            guard entry.begin == end, entry.end >= entry.begin else {
                throw ModelFileError(
                    .corrupt,
                    "\(file.path) is damaged: tensor \(entry.name) begins at \(entry.begin), "
                        + "but the tensors before it end at \(end).",
                    hint: ModelFileError.fetchAgain
                )
            }
            guard entry.end <= available else {
                throw ModelFileError(
                    .truncated,
                    "\(file.path) has \(available) bytes of data, "
                        + "but tensor \(entry.name) ends at \(entry.end).",
                    hint: ModelFileError.fetchAgain
                )
            }
            end = entry.end
            let tensor = SafetensorsTensor(
                name: entry.name,
                type: entry.type,
                shape: entry.shape,
                range: dataStart + entry.begin..<dataStart + entry.end
            )
            guard tensors.updateValue(tensor, forKey: entry.name) == nil else {
                throw ModelFileError(
                    .corrupt,
                    "\(file.path) is damaged: tensor \(entry.name) occurs twice.",
                    hint: ModelFileError.fetchAgain
                )
            }
        }
        guard end == available else {
            throw ModelFileError(
                .corrupt,
                "\(file.path) is damaged: its tensors end at \(end), its data at \(available).",
                hint: ModelFileError.fetchAgain
            )
        }
        return tensors
    }
}
