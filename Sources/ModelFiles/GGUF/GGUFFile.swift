public import Platform
public import Tensors

/// A model in the GGUF format, in one file or several parts, mapped into memory and completely
/// validated.
///
/// Versions 2 and 3, little endian. Opening any part opens the whole: the others are found beside
/// it. Source: the GGUF specification in the ggml repository.
public final class GGUFFile: Sendable {
    /// The path that it was opened with; that of the first part if there are several.
    public let path: String
    /// The format's version, 2 or 3.
    public let version: Int
    /// The size of all its files in bytes.
    public var byteCount: Int { files.reduce(0) { $0 + $1.bytes.count } }
    /// The metadata of the file, or of the first part, by key.
    public let metadata: [String: GGUFValue]
    /// The tensors, by name.
    public let tensors: [String: GGUFTensor]
    /// The tensors in the order of the files.
    public let tensorsInOrder: [GGUFTensor]
    /// The alignment of tensors, in bytes.
    public let alignment: Int
    /// The metadata in the file's order and bytes, to be written to another file.
    public let storedMetadata: [GGUFStoredValue]
    /// The files, in the order of the parts.
    let files: [MappedFile]

    /// Maps and checks the model at `path`, which is its file or any of its parts.
    ///
    /// Throws `ModelFileError` for a file that is missing, foreign, truncated, damaged, of another
    /// version or byte order, or that has tensors of an unsupported type, and for a part without
    /// the others beside it.
    public convenience init(path: String) throws(ModelFileError) {
        try self.init(MappedFile(path: path))
    }

    /// Checks a mapped file, and the other parts if it is one of several.
    package init(_ file: MappedFile) throws(ModelFileError) {
        let parts = try GGUFPart(file).withOthers()
        files = parts.map(\.file)
        path = parts[0].file.path
        version = parts[0].version
        metadata = parts[0].metadata
        storedMetadata = parts[0].storedMetadata
        alignment = parts[0].alignment
        tensorsInOrder = parts.flatMap(\.tensors)
        var tensors: [String: GGUFTensor] = [:]
        tensors.reserveCapacity(tensorsInOrder.count)
        for tensor in tensorsInOrder {
            guard let other = tensors.updateValue(tensor, forKey: tensor.name) else { continue }
            throw GGUFReader(parts[tensor.part].file).corrupt(
                "the tensor \(tensor.name) is in \(parts[other.part].file.path) too"
            )
        }
        self.tensors = tensors
    }

    /// The bytes of a tensor.
    func bytes(of tensor: GGUFTensor) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: files[tensor.part].bytes[tensor.range])
    }

    /// A tensor as the matrix of its rows, with any number of dimensions.
    func rows(of tensor: GGUFTensor) -> Weight {
        let columns = tensor.shape.last ?? 1
        return Weight(
            type: tensor.type,
            rows: tensor.elementCount / columns,
            columns: columns,
            bytes: bytes(of: tensor),
            owner: files[tensor.part]
        )
    }

    /// The matrix or vector with that name, to be read in place.
    public func weight(named name: String) throws(ModelFileError) -> Weight {
        guard let tensor = tensors[name] else {
            throw ModelFileError(
                .missingPart,
                "\(path) has no tensor \(name).",
                hint: "the file is incomplete or of another architecture; get it again"
            )
        }
        guard tensor.shape.count <= 2 else {
            throw ModelFileError(
                .wrongShape,
                "Tensor \(name) of \(path) has the shape \(tensor.shape), "
                    + "where a matrix or a vector is needed.",
                hint: "the file is of another architecture"
            )
        }
        return rows(of: tensor)
    }
}

extension GGUFReader {
    /// Reads magic and version; throws an error that describes other files.
    mutating func version() throws(ModelFileError) -> Int {
        guard file.bytes.starts(with: "GGUF".utf8) else {
            throw ForeignFile.error(
                file.path,
                file.bytes,
                isNo: "GGUF file",
                hint: GGUFPart.piecesHint(file.path)
                    ?? "a model is a file in the GGUF format, usually called *.gguf, "
                    + "or a Hugging Face folder"
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
}
