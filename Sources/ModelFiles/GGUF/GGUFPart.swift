import Platform

/// One file in the GGUF format: a whole model, an adapter, or one of a model's parts.
///
/// Every count, length, type and offset is checked when it is read, and can be trusted afterwards.
struct GGUFPart {
    let file: MappedFile
    /// The format's version, 2 or 3.
    let version: Int
    /// The file's metadata, by key.
    let metadata: [String: GGUFValue]
    /// The same in the order and bytes of the file.
    let storedMetadata: [GGUFStoredValue]
    /// The alignment of tensors, in bytes.
    let alignment: Int
    /// The tensors in the order of the file.
    let tensors: [GGUFTensor]

    /// Checks a file; `index` is its number among a model's parts, from 0.
    init(_ file: MappedFile, index: Int = 0) throws(ModelFileError) {
        self.file = file
        var reader = GGUFReader(file)
        version = try reader.version()
        // The minimum size of an entry: a name of one byte, and the fixed fields.
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
        tensors = try Self.place(entries, alignment: alignment, part: index, reader)
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

    /// Sets the entries' positions in the file, starting after the header.
    private static func place(
        _ entries: [GGUFReader.TensorEntry],
        alignment: Int,
        part: Int,
        _ reader: GGUFReader
    ) throws(ModelFileError) -> [GGUFTensor] {
        let dataStart = (reader.position + alignment - 1) / alignment * alignment
        let size = reader.file.bytes.count
        var names: Set<String> = []
        var tensors: [GGUFTensor] = []
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
                    hint: piecesHint(reader.file.path) ?? ModelFileError.fetchAgain
                )
            }
            guard names.insert(entry.name).inserted else {
                throw reader.corrupt("the tensor \(entry.name) occurs twice")
            }
            tensors.append(
                GGUFTensor(
                    name: entry.name,
                    shape: entry.shape,
                    type: entry.type,
                    part: part,
                    range: start..<start + entry.byteCount
                )
            )
        }
        tensors.sort { $0.range.lowerBound < $1.range.lowerBound }
        for (tensor, next) in zip(tensors, tensors.dropFirst())
        where tensor.range.upperBound > next.range.lowerBound {
            throw reader.corrupt("the tensors \(tensor.name) and \(next.name) overlap")
        }
        return tensors
    }

    /// The hint for a piece of a file that was split regardless of its format:
    /// `model.gguf.part1of2`, `model.gguf-split-a`.
    static func piecesHint(_ path: String) -> String? {
        let name = path.split(separator: "/").last ?? ""
        guard name.contains(".gguf.part") || name.contains(".gguf-split-") else { return nil }
        return "it is a piece of a file: join all pieces in their order with cat, and open that"
    }
}
