public import Platform

/// A tensor to be written to a safetensors file.
public struct SafetensorsEntry: Sendable {
    /// Numbers of a type that can be written.
    public enum Values: Sendable, Equatable {
        /// Written as F32.
        case float32([Float])
        /// Written as F16.
        case float16([Float16])
        /// Written as I64.
        case int64([Int64])
    }

    /// The tensor's name, which is not `__metadata__`.
    public let name: String
    /// Its dimensions, the slowest first.
    public let shape: [Int]
    /// Its numbers, in row-major order.
    public let values: Values

    /// Creates a tensor; the shape has as many elements as there are numbers.
    public init(name: String, shape: [Int], values: Values) {
        precondition(name != "__metadata__", "__metadata__ cannot be a tensor")
        self.name = name
        self.shape = shape
        self.values = values
        precondition(
            shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == count,
            "tensor \(name) has \(count) numbers in the shape \(shape)"
        )
    }

    private var count: Int {
        switch values {
        case .float32(let numbers): numbers.count
        case .float16(let numbers): numbers.count
        case .int64(let numbers): numbers.count
        }
    }

    var type: SafetensorsType {
        switch values {
        case .float32: .f32
        case .float16: .f16
        case .int64: .i64
        }
    }

    var byteCount: Int { count * type.byteCount }

    var bytes: [UInt8] {
        switch values {
        case .float32(let numbers): numbers.withUnsafeBytes { [UInt8]($0) }
        case .float16(let numbers): numbers.withUnsafeBytes { [UInt8]($0) }
        case .int64(let numbers): numbers.withUnsafeBytes { [UInt8]($0) }
        }
    }
}

extension SafetensorsFile {
    /// Writes `entries`, whose names differ, to `path`, all or nothing, flushed to the disk.
    public static func write(
        _ entries: [SafetensorsEntry],
        metadata: [String: String] = [:],
        to path: String
    ) throws(ModelFileError) {
        let parts = parts(entries, metadata: metadata)
        try ModelFileError.writing { () throws(PlatformError) in
            try NewFile.replace(path) { (file) throws(PlatformError) in
                for part in parts { try file.append(part) }
            }
        }
    }

    /// The file's bytes: the header, then each tensor's.
    static func parts(
        _ entries: [SafetensorsEntry],
        metadata: [String: String]
    ) -> [[UInt8]] {
        precondition(
            Set(entries.map(\.name)).count == entries.count,
            "a tensor's name occurs twice"
        )
        let plan = SafetensorsPlan(
            entries.map { .init(name: $0.name, type: $0.type, shape: $0.shape) },
            metadata: metadata
        )
        let entries = Dictionary(entries.map { ($0.name, $0) }) { first, _ in first }
        return [plan.header] + plan.tensors.compactMap { entries[$0.name]?.bytes }
    }
}
