import Platform

/// Reads a GGUF header from its start, and validates every number in it.
struct GGUFReader {
    let file: MappedFile
    private(set) var position = 0

    init(_ file: MappedFile) {
        self.file = file
    }

    /// The number of bytes to the end of the file.
    var remaining: Int { file.bytes.count - position }

    /// The next number, stored little endian.
    mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(
        _: Number.Type,
        _ what: @autoclosure () -> String
    ) throws(ModelFileError) -> Number {
        let start = try advance(by: MemoryLayout<Number>.size, what())
        return Number(
            littleEndian: file.bytes.loadUnaligned(fromByteOffset: start, as: Number.self)
        )
    }

    /// The next length or count, which is at most `limit`.
    mutating func count(
        atMost limit: Int,
        _ what: @autoclosure () -> String
    ) throws(ModelFileError) -> Int {
        let place = position
        let stored = try number(UInt64.self, what())
        guard let count = Int(exactly: stored), count <= limit else {
            throw ModelFileError(
                .truncated,
                "\(file.path) says at byte \(place) that \(what()) is \(stored), "
                    + "but the file has only \(remaining) bytes left.",
                hint: ModelFileError.fetchAgain
            )
        }
        return count
    }

    /// The next string's bytes.
    mutating func string(
        _ what: @autoclosure () -> String
    ) throws(ModelFileError) -> UnsafeRawBufferPointer {
        let length = try count(atMost: max(0, remaining - 8), "the length of \(what())")
        let start = try advance(by: length, what())
        return UnsafeRawBufferPointer(rebasing: file.bytes[start..<start + length])
    }

    /// The next string as a name, which has to be UTF-8.
    mutating func name(_ what: @autoclosure () -> String) throws(ModelFileError) -> String {
        let place = position
        let bytes = try string(what())
        guard let name = String(validating: bytes, as: UTF8.self), !name.isEmpty else {
            throw corrupt("\(what()) at byte \(place) is not a name in UTF-8")
        }
        return name
    }

    /// The next value and its type.
    mutating func value(_ key: String) throws(ModelFileError) -> GGUFValue {
        let type = try valueType(key)
        return switch type {
        case .uint8: .unsigned(UInt64(try number(UInt8.self, key)))
        case .uint16: .unsigned(UInt64(try number(UInt16.self, key)))
        case .uint32: .unsigned(UInt64(try number(UInt32.self, key)))
        case .uint64: .unsigned(try number(UInt64.self, key))
        case .int8: .signed(Int64(try number(Int8.self, key)))
        case .int16: .signed(Int64(try number(Int16.self, key)))
        case .int32: .signed(Int64(try number(Int32.self, key)))
        case .int64: .signed(try number(Int64.self, key))
        case .float32: .float(Double(Float(bitPattern: try number(UInt32.self, key))))
        case .float64: .float(Double(bitPattern: try number(UInt64.self, key)))
        case .bool: .bool(try number(UInt8.self, key) != 0)
        case .string: .string([UInt8](try string(key)))
        case .array: .array(try array(key))
        }
    }

    private mutating func array(_ key: String) throws(ModelFileError) -> GGUFArray {
        let type = try valueType(key)
        guard type != .array else {
            throw corrupt("\(key) is an array of arrays, which GGUF readers do not take")
        }
        let width = type.minimumByteCount
        let count = try count(atMost: max(0, remaining - 8) / width, "the count of \(key)")
        let start = position
        if type == .string {
            for index in 0..<count { _ = try string("\(key)[\(index)]") }
        } else {
            _ = try advance(by: count * width, key)
        }
        return GGUFArray(
            count: count,
            elementType: type,
            bytes: UnsafeRawBufferPointer(rebasing: file.bytes[start..<position]),
            file: file
        )
    }

    private mutating func valueType(_ key: String) throws(ModelFileError) -> GGUFValueType {
        let code = try number(UInt32.self, "the type of \(key)")
        guard let type = GGUFValueType(rawValue: code) else {
            throw corrupt("\(key) has the unknown value type \(code)")
        }
        return type
    }

    /// Skips `count` bytes and returns their offset.
    private mutating func advance(
        by count: Int,
        _ what: @autoclosure () -> String
    ) throws(ModelFileError) -> Int {
        guard count <= remaining else {
            throw ModelFileError(
                .truncated,
                "\(file.path) ends at byte \(file.bytes.count), in the middle of \(what()).",
                hint: ModelFileError.fetchAgain
            )
        }
        defer { position += count }
        return position
    }

    /// An error that describes what is invalid in the file.
    func corrupt(_ what: String) -> ModelFileError {
        ModelFileError(
            .corrupt,
            "\(file.path) is damaged: \(what).",
            hint: ModelFileError.fetchAgain
        )
    }
}
