public import Platform

/// A tensor in memory that is written to a safetensors file without a copy.
public struct SafetensorsView {
    /// The tensor's name, which is not `__metadata__`.
    public let name: String
    /// Its dimensions, the slowest first.
    public let shape: [Int]
    /// The type of its numbers.
    public let type: SafetensorsType
    /// Its bytes, little endian, in row-major order; valid while the file is written.
    public let bytes: UnsafeRawBufferPointer

    /// Creates a tensor; the shape has as many elements as there are numbers.
    public init(
        name: String,
        shape: [Int],
        type: SafetensorsType,
        bytes: UnsafeRawBufferPointer
    ) {
        precondition(
            bytes.count == shape.reduce(type.byteCount, *),
            "tensor \(name) has \(bytes.count) bytes in the shape \(shape)"
        )
        self.name = name
        self.shape = shape
        self.type = type
        self.bytes = bytes
    }
}

extension SafetensorsFile {
    /// Writes `views`, whose names differ, to `path`, all or nothing, flushed to the disk.
    public static func write(
        _ views: [SafetensorsView],
        metadata: [String: String] = [:],
        to path: String
    ) throws(ModelFileError) {
        precondition(Set(views.map(\.name)).count == views.count, "a tensor's name occurs twice")
        let plan = SafetensorsPlan(
            views.map { .init(name: $0.name, type: $0.type, shape: $0.shape) },
            metadata: metadata
        )
        let bytes = Dictionary(views.map { ($0.name, $0.bytes) }) { first, _ in first }
        try ModelFileError.writing { () throws(PlatformError) in
            try NewFile.replace(path) { (file) throws(PlatformError) in
                try file.append(plan.header)
                for tensor in plan.tensors {
                    if let tensor = bytes[tensor.name] { try file.append(tensor) }
                }
            }
        }
    }

    /// Copies the bytes of the tensor `name` to memory of exactly that size.
    ///
    /// - Throws: `ModelFileError` if the file has no such tensor of that type and size.
    public func copy(
        _ name: String,
        of type: SafetensorsType,
        to memory: UnsafeMutableRawBufferPointer
    ) throws(ModelFileError) {
        let tensor = try tensor(named: name)
        guard tensor.type == type, tensor.range.count == memory.count else {
            throw ModelFileError(
                .corrupt,
                "\(path) has \(tensor.elementCount) \(tensor.type.rawValue) numbers in \(name), "
                    + "but \(memory.count / type.byteCount) of \(type.rawValue) belong there."
            )
        }
        withExtendedLifetime(self) { memory.copyMemory(from: bytes(of: tensor)) }
        try file.checkIntact()
    }
}
