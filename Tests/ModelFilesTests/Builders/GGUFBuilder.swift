import Foundation

/// Writes GGUF files byte by byte, valid and invalid ones.
struct GGUFBuilder {
    enum Value {
        case uint32(UInt32)
        case uint64(UInt64)
        case int32(Int32)
        case float32(Float)
        case bool(Bool)
        case string(String)
        case strings([String])
        case int32s([Int32])
        /// A value type's code and its bytes, for values of invalid files.
        case raw(type: UInt32, bytes: [UInt8])
    }

    struct Tensor {
        var name: String
        /// In the file's order: the fastest dimension first.
        var extents: [UInt64]
        var type: UInt32 = 0
        var bytes: [UInt8]
        /// The claimed offset; after the previous tensor if nil.
        var offset: UInt64?
    }

    var magic = Array("GGUF".utf8)
    var version: UInt32 = 3
    var values: [(key: String, value: Value)] = []
    var tensors: [Tensor] = []
    var alignment = 32
    /// The header's claims in an invalid file.
    var claimedTensors: UInt64?
    var claimedValues: UInt64?

    func bytes() -> [UInt8] {
        var out = magic
        out.append(version)
        out.append(claimedTensors ?? UInt64(tensors.count))
        out.append(claimedValues ?? UInt64(values.count))
        for (key, value) in values {
            out.append(text: key)
            out.append(value)
        }
        var data: [UInt8] = []
        for tensor in tensors {
            data.pad(to: alignment)
            out.append(text: tensor.name)
            out.append(UInt32(tensor.extents.count))
            for extent in tensor.extents { out.append(extent) }
            out.append(tensor.type)
            out.append(tensor.offset ?? UInt64(data.count))
            data += tensor.bytes
        }
        out.pad(to: alignment)
        return out + data
    }

    mutating func set(_ key: String, _ value: Value?) {
        values.removeAll { $0.key == key }
        if let value { values.append((key, value)) }
    }
}

extension [UInt8] {
    mutating func append<Number: FixedWidthInteger>(_ number: Number) {
        for byte in 0..<Number.bitWidth / 8 {
            append(UInt8(truncatingIfNeeded: number >> Number(byte * 8)))
        }
    }

    mutating func append(text: String) {
        append(UInt64(text.utf8.count))
        append(contentsOf: text.utf8)
    }

    mutating func append(_ value: GGUFBuilder.Value) {
        switch value {
        case .uint32(let number):
            append(UInt32(4))
            append(number)
        case .uint64(let number):
            append(UInt32(10))
            append(number)
        case .int32(let number):
            append(UInt32(5))
            append(number)
        case .float32(let number):
            append(UInt32(6))
            append(number.bitPattern)
        case .bool(let flag):
            append(UInt32(7))
            append(UInt8(flag ? 1 : 0))
        case .string(let text):
            append(UInt32(8))
            append(text: text)
        case .strings(let texts):
            append(UInt32(9))
            append(UInt32(8))
            append(UInt64(texts.count))
            for text in texts { append(text: text) }
        case .int32s(let numbers):
            append(UInt32(9))
            append(UInt32(5))
            append(UInt64(numbers.count))
            for number in numbers { append(number) }
        case .raw(let type, let bytes):
            append(type)
            append(contentsOf: bytes)
        }
    }

    mutating func pad(to alignment: Int) {
        while count % alignment != 0 { append(UInt8(0)) }
    }
}
