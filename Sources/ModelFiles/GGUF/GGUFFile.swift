public import Tensors

/// A GGUF file, mapped into memory and checked from its first byte to its last.
///
/// Versions 2 and 3, little endian. Every count, length, type and offset is
/// checked when the file is opened; after that nothing in it can mislead.
/// Source: the GGUF specification in the ggml repository.
public final class GGUFFile: Sendable {
    /// The path it was opened by.
    public let path: String
    /// The format's version, 2 or 3.
    public let version: Int
    /// The size of the whole file in bytes.
    public var byteCount: Int { file.bytes.count }
    /// What the file says about its model, by key.
    public let metadata: [String: GGUFValue]
    /// The tensors, by name.
    public let tensors: [String: GGUFTensor]
    /// What tensors' places are multiples of, in bytes.
    public let alignment: Int
    /// The metadata in the order and in the bytes of the file, for writing it to another.
    public let storedMetadata: [GGUFStoredValue]
    let file: MappedFile

    /// Maps and checks the file at `path`.
    ///
    /// Throws `ModelFileError` for a file that is missing, foreign, truncated,
    /// damaged, of another version or byte order, or that has tensors of a type
    /// that is not supported.
    public convenience init(path: String) throws(ModelFileError) {
        try self.init(MappedFile(path: path))
    }

    /// Checks a file that is mapped already.
    package init(_ file: MappedFile) throws(ModelFileError) {
        path = file.path
        self.file = file
        var reader = GGUFReader(file)
        version = try reader.version()
        // The least that an entry can take: a name of one byte, and the fixed fields.
        let tensorCount = try reader.count(atMost: reader.remaining / 33, "the count of tensors")
        let valueCount = try reader.count(atMost: reader.remaining / 14, "the count of values")

        var metadata: [String: GGUFValue] = [:]
        metadata.reserveCapacity(valueCount)
        var stored: [GGUFStoredValue] = []
        stored.reserveCapacity(valueCount)
        for _ in 0..<valueCount {
            let key = try reader.name("a key")
            let start = reader.position
            let value = try reader.value(key)
            stored.append(GGUFStoredValue(key: key, range: start..<reader.position, file: file))
            guard metadata.updateValue(value, forKey: key) == nil else {
                throw reader.corrupt("the key \(key) occurs twice")
            }
        }
        self.metadata = metadata
        storedMetadata = stored

        var entries: [GGUFReader.TensorEntry] = []
        entries.reserveCapacity(tensorCount)
        for _ in 0..<tensorCount { entries.append(try reader.tensorEntry()) }
        alignment = try Self.alignment(metadata, reader)
        tensors = try Self.place(entries, alignment: alignment, reader)
    }

    /// The matrix or vector called `name`, to be read where it lies.
    public func weight(named name: String) throws(ModelFileError) -> Weight {
        guard let tensor = tensors[name] else {
            throw ModelFileError(
                .missingPart,
                "\(path) has no tensor \(name).",
                hint: "the file is incomplete or of another architecture; get it again"
            )
        }
        guard tensor.shape.count <= 2, let columns = tensor.shape.last else {
            throw ModelFileError(
                .wrongShape,
                "Tensor \(name) of \(path) has the shape \(tensor.shape), "
                    + "where a matrix or a vector is needed.",
                hint: "the file is of another architecture"
            )
        }
        return Weight(
            type: tensor.type,
            rows: tensor.shape.count == 2 ? tensor.shape[0] : 1,
            columns: columns,
            bytes: UnsafeRawBufferPointer(rebasing: file.bytes[tensor.range]),
            owner: file
        )
    }

    private static func alignment(
        _ metadata: [String: GGUFValue],
        _ reader: GGUFReader
    ) throws(ModelFileError) -> Int {
        guard let value = metadata["general.alignment"] else { return 32 }
        guard let alignment = value.integer, (8...1 << 20).contains(alignment),
            alignment & (alignment - 1) == 0
        else { throw reader.corrupt("general.alignment is no power of two from 8 up") }
        return alignment
    }

    /// Gives the entries their places in the file, which begin behind the header.
    private static func place(
        _ entries: [GGUFReader.TensorEntry],
        alignment: Int,
        _ reader: GGUFReader
    ) throws(ModelFileError) -> [String: GGUFTensor] {
        let dataStart = (reader.position + alignment - 1) / alignment * alignment
        let size = reader.file.bytes.count
        var tensors: [String: GGUFTensor] = [:]
        tensors.reserveCapacity(entries.count)
        for entry in entries {
            guard entry.dataOffset % alignment == 0 else {
                throw reader.corrupt(
                    "tensor \(entry.name) lies at offset \(entry.dataOffset), "
                        + "which is no multiple of \(alignment)"
                )
            }
            let (start, overflow) = dataStart.addingReportingOverflow(entry.dataOffset)
            guard !overflow, start <= size, entry.byteCount <= size - start else {
                throw ModelFileError(
                    .truncated,
                    "\(reader.file.path) has \(size) bytes, but tensor \(entry.name) should have "
                        + "\(entry.byteCount) from byte \(overflow ? Int.max : start) on.",
                    hint: ModelFileError.fetchAgain
                )
            }
            let tensor = GGUFTensor(
                name: entry.name,
                shape: entry.shape,
                type: entry.type,
                range: start..<start + entry.byteCount
            )
            guard tensors.updateValue(tensor, forKey: entry.name) == nil else {
                throw reader.corrupt("the tensor \(entry.name) occurs twice")
            }
        }
        let inOrder = tensors.values.sorted { $0.range.lowerBound < $1.range.lowerBound }
        for (tensor, next) in zip(inOrder, inOrder.dropFirst())
        where tensor.range.upperBound > next.range.lowerBound {
            throw reader.corrupt("the tensors \(tensor.name) and \(next.name) overlap")
        }
        return tensors
    }
}

extension GGUFReader {
    /// Reads magic and version and says what else the file is.
    mutating func version() throws(ModelFileError) -> Int {
        let magic = file.bytes.prefix(4)
        guard magic.elementsEqual("GGUF".utf8) else {
            throw ModelFileError(
                .foreignFormat,
                "\(file.path) is not a GGUF file\(Self.kind(magic)).",
                hint: "a model is one file in the GGUF format, usually called *.gguf"
            )
        }
        _ = try number(UInt32.self, "the magic number")
        let version = try number(UInt32.self, "the version")
        guard version != 2, version != 3 else { return Int(version) }
        if version.byteSwapped == 2 || version.byteSwapped == 3 {
            throw ModelFileError(
                .unsupportedVersion,
                "\(file.path) is a big-endian GGUF file.",
                hint: "use the little-endian file of this model"
            )
        }
        throw ModelFileError(
            .unsupportedVersion,
            "\(file.path) is of GGUF version \(version); versions 2 and 3 are supported.",
            hint: "convert the model again with a current converter"
        )
    }

    private static func kind(_ magic: some Collection<UInt8>) -> String {
        let kinds: [(start: [UInt8], kind: String)] = [
            (Array("PK".utf8), " but a zip archive"),
            (Array("lmgg".utf8), " but an old GGML file"),
            (Array("tjgg".utf8), " but an old GGML file"),
            (Array("<".utf8), " but a web page"),
            (Array("vers".utf8), " but a pointer of Git LFS"),
        ]
        return kinds.first { magic.starts(with: $0.start) }?.kind
            ?? (magic.isEmpty ? "; it is empty" : "")
    }
}
