import Platform

/// The kind of a file in an unexpected format, detected from its first bytes.
///
/// Files with the name of a model may be a page that says "not found", a pointer of Git LFS, or a
/// file of another framework. The error says what the file is.
enum ForeignFile: Equatable {
    case gitPointer
    case webPage
    case pickle
    case zip
    case safetensors
    case gguf
    case oldGGML
    case hdf5
    case json
    case archive
    case empty

    /// The kind of a file with these first bytes; nil if unknown.
    init?(_ bytes: UnsafeRawBufferPointer) {
        func starts(_ text: String) -> Bool { bytes.starts(with: text.utf8) }
        let first = bytes.prefix(64).first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        if bytes.isEmpty {
            self = .empty
        } else if bytes.count > 9, bytes[8] == UInt8(ascii: "{"),
            bytes[5..<8].allSatisfy({ $0 == 0 })
        {
            // First: its first bytes are a length, which may look like anything.
            self = .safetensors
        } else if starts("version https://git-lfs") {
            self = .gitPointer
        } else if starts("GGUF") {
            self = .gguf
        } else if ["lmgg", "tjgg", "fmgg", "algg"].contains(where: starts) {
            self = .oldGGML
        } else if starts("PK\u{3}\u{4}") {
            self = .zip
        } else if bytes.count > 2, bytes[0] == 0x80, (2...5).contains(bytes[1]) {
            self = .pickle
        } else if bytes.starts(with: [0x89] + Array("HDF".utf8)) {
            self = .hdf5
        } else if [[0x1F, 0x8B], [0x28, 0xB5, 0x2F, 0xFD], [0xFD, 0x37, 0x7A]]
            .contains(where: { bytes.starts(with: $0) })
        {
            self = .archive
        } else if first == UInt8(ascii: "<") {
            self = .webPage
        } else if first == UInt8(ascii: "{") {
            self = .json
        } else {
            return nil
        }
    }

    /// The error that the file at `path` is not an `expected`, such as "GGUF file", but another kind.
    static func error(
        _ path: String,
        _ bytes: UnsafeRawBufferPointer,
        isNo expected: String,
        hint: String
    ) -> ModelFileError {
        let kind = ForeignFile(bytes)
        let isEmpty = kind == .empty
        let what = kind.map { isEmpty ? "; it is empty" : " but \($0.name)" } ?? ""
        return ModelFileError(
            isEmpty ? .truncated : .foreignFormat,
            "\(path) is not a \(expected)\(what).",
            hint: kind?.hint(path) ?? hint
        )
    }

    /// Refuses other files in place of text, such as a pointer of Git LFS.
    ///
    /// - Parameter kinds: The kinds to refuse.
    static func refuse(
        _ kinds: Set<ForeignFile>,
        _ content: [UInt8],
        _ path: String,
        isNo expected: String
    ) throws(ModelFileError) {
        guard let kind = content.withUnsafeBytes({ ForeignFile($0) }), kinds.contains(kind) else {
            return
        }
        throw content.withUnsafeBytes {
            error(path, $0, isNo: expected, hint: ModelFileError.fetchAgain)
        }
    }

    private var name: String {
        switch self {
        case .gitPointer: "a pointer of Git LFS, which stands for the file"
        case .webPage: "a web page"
        case .pickle: "pickled weights of PyTorch"
        case .zip: "a zip archive, as PyTorch keeps pickled weights"
        case .safetensors: "a safetensors file"
        case .gguf: "a GGUF file"
        case .oldGGML: "an old GGML file"
        case .hdf5: "an HDF5 file, as TensorFlow keeps weights"
        case .json: "JSON"
        case .archive: "a compressed archive"
        case .empty: "empty"
        }
    }

    private func hint(_ path: String) -> String? {
        switch self {
        case .gitPointer: "fetch what it stands for: git lfs pull, in that folder"
        case .webPage: "the download went wrong; get the file again"
        case .pickle, .zip: PickledWeights.hint
        case .safetensors: "name the folder that it lies in"
        case .gguf: "name the GGUF file itself where a model is asked for"
        case .oldGGML: "get the model as GGUF; llama.cpp no longer reads GGML either"
        case .hdf5: "get the model in safetensors or GGUF"
        case .archive: "unpack it first"
        case .json: "name the folder that it lies in"
        case .empty: ModelFileError.fetchAgain
        }
    }
}
