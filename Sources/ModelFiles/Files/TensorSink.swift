public import Platform

/// Receives the bytes of one tensor after another.
public struct TensorSink: ~Copyable {
    private let file: NewFile
    /// The number of bytes written so far.
    private var position = 0
    /// The end of the current tensor.
    private var end = 0

    private init(_ file: consuming NewFile) {
        self.file = file
    }

    /// Writes a new file and flushes it to the disk: a header, then each tensor at its offset, with
    /// zeros between them and up to the end.
    ///
    /// - Parameters:
    ///   - name: The name for errors, if the file is renamed later.
    ///   - fill: Is called for each tensor in turn, with its index, and writes all its bytes.
    static func writeNew(
        _ path: String,
        as name: String,
        header: [UInt8],
        places: [Range<Int>],
        byteCount: Int,
        _ fill: (_ tensor: Int, _ sink: inout TensorSink) throws -> Void
    ) throws {
        let file: NewFile
        do throws(PlatformError) {
            file = try NewFile(path, as: name, mode: 0o644)
        } catch {
            throw ModelFileError(error)
        }
        var sink = TensorSink(file)
        try sink.put(header)
        for (index, place) in places.enumerated() {
            try sink.fill(to: place.lowerBound)
            sink.end = place.upperBound
            try fill(index, &sink)
            precondition(
                sink.position == place.upperBound,
                "tensor \(index) got \(sink.position - place.lowerBound) bytes of \(place.count)"
            )
        }
        try sink.fill(to: byteCount)
        do throws(PlatformError) {
            try sink.file.finish()
        } catch {
            throw ModelFileError(error)
        }
    }

    /// Writes the tensor's next bytes; in total they must be as many as the tensor has.
    ///
    /// Throws `ModelFileError` if the system refuses, for example because the disk is full.
    public mutating func write(_ bytes: UnsafeRawBufferPointer) throws(ModelFileError) {
        precondition(bytes.count <= end - position, "a tensor gets more bytes than it has")
        try put(bytes)
    }

    /// The same with bytes from an array.
    public mutating func write(_ bytes: [UInt8]) throws(ModelFileError) {
        precondition(bytes.count <= end - position, "a tensor gets more bytes than it has")
        try put(bytes)
    }

    private mutating func put(_ bytes: [UInt8]) throws(ModelFileError) {
        try bytes.span.bytes.withUnsafeBytes { (bytes) throws(ModelFileError) in try put(bytes) }
    }

    /// Writes zeros up to an offset in the file.
    private mutating func fill(to place: Int) throws(ModelFileError) {
        try put([UInt8](repeating: 0, count: place - position))
    }

    private mutating func put(_ bytes: UnsafeRawBufferPointer) throws(ModelFileError) {
        do throws(PlatformError) {
            try file.append(bytes)
        } catch {
            throw ModelFileError(error)
        }
        position += bytes.count
    }
}
