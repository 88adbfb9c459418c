/// A tensor to be written to a safetensors file.
public struct SafetensorsEntry: Sendable {
    /// Numbers of a type that is written here.
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
    /// Its extents, the slowest first.
    public let shape: [Int]
    /// Its numbers, row after row.
    public let values: Values

    /// Describes a tensor; the shape has as many places as there are numbers.
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
    /// Writes `entries`, whose names differ, to `path`: whole and flushed to the disk, or not at all.
    public static func write(
        _ entries: [SafetensorsEntry],
        metadata: [String: String] = [:],
        to path: String
    ) throws(ModelFileError) {
        try AtomicFile.write(parts(entries, metadata: metadata), to: path)
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
        // The widest types first, so that every tensor is aligned to its numbers.
        let ordered = entries.sorted {
            ($1.type.byteCount, $0.name) < ($0.type.byteCount, $1.name)
        }
        let header = header(
            ordered.map { ($0.name, $0.type, $0.shape, $0.byteCount) },
            metadata: metadata
        )
        return [header] + ordered.map(\.bytes)
    }

    /// What stands before the tensors of a file that has them in that order.
    static func header(
        _ tensors: [(name: String, type: SafetensorsType, shape: [Int], byteCount: Int)],
        metadata: [String: String]
    ) -> [UInt8] {
        var members: [String] = []
        if !metadata.isEmpty {
            let values = metadata.sorted { $0.key < $1.key }
                .map { "\(quoted($0.key)):\(quoted($0.value))" }
            members.append("\"__metadata__\":{\(values.joined(separator: ","))}")
        }
        var offset = 0
        for entry in tensors {
            let shape = entry.shape.map(String.init).joined(separator: ",")
            let end = offset + entry.byteCount
            members.append(
                "\(quoted(entry.name)):{\"dtype\":\"\(entry.type.rawValue)\","
                    + "\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}"
            )
            offset = end
        }
        var header = Array("{\(members.joined(separator: ","))}".utf8)
        while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
        let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { [UInt8]($0) }
        return length + header
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
