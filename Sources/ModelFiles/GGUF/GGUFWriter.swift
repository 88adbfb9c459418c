internal import Glibc
internal import Platform
public import Tensors

/// Writes a GGUF file of version 3, little endian, one tensor at a time.
///
/// The header precedes the data: a writer first gets all values and tensors, then writes. It keeps
/// no tensor data of its own. Source: the GGUF specification in the ggml repository.
public struct GGUFWriter: Sendable {
    /// A tensor that will be written.
    public struct Tensor: Sendable, Equatable {
        /// Its name, of 1 to 63 bytes.
        public let name: String
        /// Its one to four dimensions, the slowest first as in PyTorch; the last is a multiple of
        /// the block size.
        public let shape: [Int]
        /// The type of its numbers; a type of GGUF.
        public let type: ElementType

        /// Creates a tensor.
        public init(name: String, shape: [Int], type: ElementType) {
            self.name = name
            self.shape = shape
            self.type = type
        }
    }

    /// The metadata, in this order.
    public var metadata: [(key: String, value: GGUFWritableValue)] = []
    /// The tensors, in this order.
    public var tensors: [Tensor] = []
    /// The alignment of the tensors, in bytes: a power of two, at least 8.
    ///
    /// A value other than 32 is written as `general.alignment`, which must not be in `metadata`.
    public var alignment = 32

    /// An empty writer.
    public init() {}

    /// Sets the value of `key`, replacing an existing one in place.
    public mutating func set(_ key: String, _ value: GGUFWritableValue) {
        if let index = metadata.firstIndex(where: { $0.key == key }) {
            metadata[index].value = value
        } else {
            metadata.append((key, value))
        }
    }

    /// Writes a temporary file, flushes it to the disk and renames it to `path`, replacing an
    /// existing file; nothing is left after a failure.
    ///
    /// - Parameters:
    ///   - path: The path of the file.
    ///   - fill: Is called for each tensor in turn, with its index, and writes all its bytes to
    ///     the sink, in any number of pieces. Its errors are rethrown.
    ///
    /// - Throws: `ModelFileError` if a name, a shape or a type is invalid in a GGUF file, if the
    ///   disk lacks space, or if the system refuses.
    public func write(
        to path: String,
        _ fill: (_ tensor: Int, _ sink: inout TensorSink) throws -> Void
    ) throws {
        let plan = try plan(path)
        try ModelFileError.writing { () throws(PlatformError) in
            try DiskRoom.require(
                plan.byteCount,
                in: FilePaths.parent(path),
                for: path,
                elsewhere: "write to a larger disk"
            )
        }
        let aside = FilePaths.temporary(beside: path)
        do {
            try TensorSink.writeNew(
                aside,
                as: path,
                header: plan.header,
                places: plan.places,
                byteCount: plan.byteCount,
                fill
            )
            try ModelFileError.writing { () throws(PlatformError) in
                try Files.rename(aside, to: path)
            }
        } catch {
            Files.remove(aside)
            throw error
        }
    }
}
