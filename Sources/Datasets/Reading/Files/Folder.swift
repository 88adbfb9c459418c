import Glibc
import Platform

/// The supported file endings.
enum FileEnding: String, CaseIterable {
    case jsonl
    case json
    case txt
    case md
    case csv
    case tsv

    /// Whether such a file is always a dataset; a Markdown page may only describe one.
    var isListed: Bool { self != .md }

    /// Whether the file contains documents, not rows.
    var isText: Bool { self == .txt || self == .md }

    /// The ending of a file name, or nil if it is not supported.
    init?(of name: String) {
        guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) else { return nil }
        self.init(rawValue: name[name.index(after: dot)...].lowercased())
    }
}

/// The folders of datasets.
enum Folder {
    /// Whether the path is a folder.
    ///
    /// - Throws: `DatasetError` if nothing is there.
    static func isFolder(_ path: String) throws -> Bool {
        guard let status = FileStatus(path) else { throw DatasetError.reading(path, errno) }
        return status.kind == .folder
    }

    /// The names in a folder, sorted by bytes, without hidden ones.
    static func names(in path: String) throws -> [String] {
        guard let names = OpenFolder(path)?.names else { throw DatasetError.reading(path, errno) }
        return names.filter { $0.first != UInt8(ascii: ".") }
            .map { String(decoding: $0, as: UTF8.self) }
    }
}

/// The name of a dataset.
enum DatasetName {
    /// The name of the folder, or of the file without its ending.
    ///
    /// The name of a part, such as `train`, is too general and is preceded by the folder's.
    /// Letters, digits, `.`, `_` and `-` are kept, anything else becomes `-`.
    static func make(path: String, isFolder: Bool) -> String {
        var parts = ResolvedPath(path).names.map { String(decoding: $0, as: UTF8.self) }
        guard var name = parts.popLast() else { return "dataset" }
        if !isFolder, let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) {
            name = String(name[..<dot])
        }
        if !isFolder, DatasetFiles.isPartName(name), let folder = parts.last, !isDigest(folder) {
            name = "\(folder)-\(name)"
        }
        return cleaned(name)
    }

    /// A name of letters, digits, `.`, `_` and `-`; anything else becomes `-`.
    static func cleaned(_ name: String) -> String {
        let kept = name.unicodeScalars.map { scalar -> Character in
            let isKept = scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            return isKept || "._-".unicodeScalars.contains(scalar) ? Character(scalar) : "-"
        }
        let text = String(kept.drop { $0 == "." || $0 == "-" })
        return text.isEmpty ? "dataset" : text
    }

    /// Whether a folder is named by its content's digest, as copies of data are.
    private static func isDigest(_ folder: String) -> Bool {
        folder.utf8.count == 64
            && folder.utf8.allSatisfy {
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
                    || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
            }
    }
}
