public import Platform

/// Takes the bytes of one tensor after the other.
public struct TensorSink: ~Copyable {
    private let file: NewFile
    /// How many bytes the file has so far.
    private var position = 0
    /// Where the tensor that is being written ends.
    private var end = 0

    private init(_ file: consuming NewFile) {
        self.file = file
    }

    /// Writes a file that does not exist yet and flushes it to the disk: a header, then each tensor
    /// in its place, with zeros between them and up to the end.
    ///
    /// - Parameters:
    ///   - name: What the file is called in errors, where it gets its own name later.
    ///   - fill: Is called for each tensor in turn, with its index, and hands over all its bytes.
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

    /// Writes the tensor's next bytes; together they are as many as the tensor has.
    ///
    /// Throws `ModelFileError` if the system refuses, as when the disk is full.
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

    /// Writes zeros up to a place in the file.
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
