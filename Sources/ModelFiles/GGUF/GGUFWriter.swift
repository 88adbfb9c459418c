internal import Glibc
internal import Platform
public import Tensors

/// Writes a GGUF file of version 3, little endian, whose tensors are handed over one at a time.
///
/// The header is complete before the first number is: so a writer is first given
/// all values and tensors, then writes. What it holds of a tensor is what the
/// caller hands it. Source: the GGUF specification in the ggml repository.
public struct GGUFWriter: Sendable {
    /// A tensor that will be written.
    public struct Tensor: Sendable, Equatable {
        /// Its name, of 1 to 63 bytes.
        public let name: String
        /// Its one to four extents, the slowest first as in PyTorch; the last is whole blocks.
        public let shape: [Int]
        /// How its numbers are stored; a type of GGUF.
        public let type: ElementType

        /// Describes a tensor.
        public init(name: String, shape: [Int], type: ElementType) {
            self.name = name
            self.shape = shape
            self.type = type
        }
    }

    /// What the file says about its model, in this order.
    public var metadata: [(key: String, value: GGUFWritableValue)] = []
    /// The tensors, in this order.
    public var tensors: [Tensor] = []
    /// What the tensors' places are multiples of, in bytes: a power of two from 8 up.
    ///
    /// Another one than 32 is written as `general.alignment`, which needs no value in `metadata`.
    public var alignment = 32

    /// A writer of nothing yet.
    public init() {}

    /// Sets the value of `key`: in place of the one it has, or as the last.
    public mutating func set(_ key: String, _ value: GGUFWritableValue) {
        if let index = metadata.firstIndex(where: { $0.key == key }) {
            metadata[index].value = value
        } else {
            metadata.append((key, value))
        }
    }

    /// Writes the file aside, flushes it to the disk and gives it the name `path`, in place of a
    /// file that had it; where anything fails, nothing of it is left.
    ///
    /// - Parameters:
    ///   - path: Where the file will be.
    ///   - fill: Is called for each tensor in turn, with its index, and hands all its bytes to the
    ///     sink, in as many pieces as it likes. What it throws is thrown on.
    /// - Throws: `ModelFileError` if a name, a shape or a type cannot be in a GGUF file, if the disk
    ///   has not the room, or if the system refuses.
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
