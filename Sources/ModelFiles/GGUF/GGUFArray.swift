/// An array in a GGUF file's metadata, read in place on request.
///
/// Its extent and every length in it were checked when the file was opened.
public struct GGUFArray: @unchecked Sendable {
    // @unchecked because of `bytes`: they are read-only and `file` keeps them mapped.

    /// The number of values.
    public let count: Int
    let elementType: GGUFValueType
    let bytes: UnsafeRawBufferPointer
    let file: MappedFile

    /// The values as byte strings, or nil if they are not text, or were overwritten.
    public func strings() -> [[UInt8]]? {
        guard elementType == .string else { return nil }
        var strings: [[UInt8]] = []
        strings.reserveCapacity(count)
        var position = 0
        for _ in 0..<count {
            // They were checked, but the file may have been overwritten since.
            guard bytes.count - position >= 8 else { return nil }
            let length = bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            position += 8
            guard length <= bytes.count - position else { return nil }
            strings.append([UInt8](bytes[position..<position + Int(length)]))
            position += Int(length)
        }
        return strings
    }

    /// The values as integers, or nil if they are of another type or too large.
    public func integers() -> [Int]? {
        switch elementType {
        case .uint8: load(UInt8.self)
        case .int8: load(Int8.self)
        case .uint16: load(UInt16.self)
        case .int16: load(Int16.self)
        case .uint32: load(UInt32.self)
        case .int32: load(Int32.self)
        case .uint64: load(UInt64.self)
        case .int64: load(Int64.self)
        case .float32, .float64, .bool, .string, .array: nil
        }
    }

    /// The values as true and false, of which integers are 1 and 0; nil if they are of another type.
    public func booleans() -> [Bool]? {
        (elementType == .bool ? load(UInt8.self) : integers())?.map { $0 != 0 }
    }

    private func load<Stored: FixedWidthInteger & BitwiseCopyable>(_: Stored.Type) -> [Int]? {
        let width = MemoryLayout<Stored>.size
        var values: [Int] = []
        values.reserveCapacity(count)
        for index in 0..<count {
            let stored = bytes.loadUnaligned(fromByteOffset: index * width, as: Stored.self)
            guard let value = Int(exactly: stored) else { return nil }
            values.append(value)
        }
        return values
    }
}
