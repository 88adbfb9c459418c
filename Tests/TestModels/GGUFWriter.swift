/// Writes a GGUF file: version 3, little-endian.
///
/// Source: the GGUF specification. It shares no code with the reader, so that a test that reads its
/// output checks both.
struct GGUFWriter {
    enum Value {
        case uint32(UInt32)
        case float32(Float)
        case bool(Bool)
        case string(String)
        case strings([[UInt8]])
        case int32s([Int32])
    }

    private struct Tensor {
        let name: String
        let shape: [Int]
        let type: UInt32
        let bytes: [UInt8]
    }

    private static let alignment = 32
    private var metadata: [(key: String, value: Value)] = []
    private var tensors: [Tensor] = []

    mutating func set(_ key: String, _ value: Value) {
        metadata.append((key, value))
    }

    /// Adds a tensor; `shape` in PyTorch's order, the slowest dimension first.
    mutating func add(_ name: String, shape: [Int], type: UInt32, bytes: [UInt8]) {
        tensors.append(Tensor(name: name, shape: shape, type: type, bytes: bytes))
    }

    /// The file's bytes.
    func bytes() -> [UInt8] {
        var out = ByteSink()
        out.append(Array("GGUF".utf8))
        out.append(UInt32(3))
        out.append(UInt64(tensors.count))
        out.append(UInt64(metadata.count))
        for (key, value) in metadata {
            out.append(string: Array(key.utf8))
            out.append(value)
        }
        var offset = 0
        for tensor in tensors {
            out.append(string: Array(tensor.name.utf8))
            out.append(UInt32(tensor.shape.count))
            for extent in tensor.shape.reversed() { out.append(UInt64(extent)) }
            out.append(tensor.type)
            out.append(UInt64(offset))
            offset += tensor.bytes.count
            offset += (Self.alignment - offset % Self.alignment) % Self.alignment
        }
        for tensor in tensors {
            out.pad(to: Self.alignment)
            out.append(tensor.bytes)
        }
        out.pad(to: Self.alignment)
        return out.bytes
    }
}

/// A growing byte buffer.
private struct ByteSink {
    var bytes: [UInt8] = []

    mutating func append(_ more: [UInt8]) { bytes += more }

    mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
    }

    mutating func append(string: [UInt8]) {
        append(UInt64(string.count))
        bytes += string
    }

    mutating func pad(to alignment: Int) {
        while bytes.count % alignment != 0 { bytes.append(0) }
    }

    mutating func append(_ value: GGUFWriter.Value) {
        switch value {
        case .uint32(let number):
            append(UInt32(4))
            append(number)
        case .float32(let number):
            append(UInt32(6))
            append(number.bitPattern)
        case .bool(let flag):
            append(UInt32(7))
            append(UInt8(flag ? 1 : 0))
        case .string(let text):
            append(UInt32(8))
            append(string: Array(text.utf8))
        case .strings(let texts):
            append(UInt32(9))
            append(UInt32(8))
            append(UInt64(texts.count))
            for text in texts { append(string: text) }
        case .int32s(let numbers):
            append(UInt32(9))
            append(UInt32(5))
            append(UInt64(numbers.count))
            for number in numbers { append(number) }
        }
    }
}
