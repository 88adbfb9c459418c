import Platform

/// The files of a dataset: one, or those in a folder.
struct DatasetFiles {
    let training: [String]
    let heldOut: [String]
    let isFolder: Bool
    /// The decisions about the files, in sentences.
    let decisions: [String]

    /// The names of the file of held-out rows; the first that exists is read.
    static let heldOutNames = ["validation", "valid", "val", "dev"]

    /// Finds the files.
    ///
    /// - Throws: `DatasetError` if nothing is there, and for a folder that contains no dataset or
    ///   more than one.
    init(path: String) throws {
        isFolder = try Folder.isFolder(path)
        guard isFolder else {
            training = [path]
            heldOut = []
            decisions = Self.neighbours(of: path)
            return
        }
        let names = try Folder.names(in: path)
        let train = try Self.part("train", of: names, in: path)
        if !train.isEmpty {
            let stem = try Self.heldOutNames.first {
                try !Self.part($0, of: names, in: path).isEmpty
            }
            let held = try stem.map { try Self.part($0, of: names, in: path) } ?? []
            training = train.map { "\(path)/\($0)" }
            heldOut = held.map { "\(path)/\($0)" }
            let used = Set((train + held).map { Array($0.utf8) })
            let unread = names.filter { Self.holdsRows($0) && !used.contains(Array($0.utf8)) }
            decisions = Self.unread(unread, beside: train[0])
            return
        }
        let kinds = names.map { FileEnding(of: $0) }
        let documents = zip(names, kinds)
            .filter { ($0.1?.isText ?? false) && !Self.isDocumentation($0.0) }.map(\.0)
        guard !documents.isEmpty, kinds.allSatisfy({ $0?.isText ?? true }) else {
            let folders = names.filter { FilePaths.isFolder("\(path)/\($0)") }
            let found = names.filter(Self.holdsRows) + folders.map { "\($0)/" }
            throw DatasetError(
                .unsupported,
                "there is no training file in \(path)"
                    + (found.isEmpty ? "" : "; it holds \(found.listed)"),
                hint: "a dataset folder holds train.jsonl, .json, .csv, .tsv or .txt, or nothing "
                    + "but documents in .txt and .md; give another file or folder by its path"
            )
        }
        training = documents.map { "\(path)/\($0)" }
        heldOut = []
        decisions = []
    }

    /// Whether a file is the training part, or a piece of it.
    static func isTraining(_ name: String) -> Bool {
        isPart("train", name) || Shard(name, of: "train") != nil
    }

    /// Whether a name without its ending is the name of a part.
    static func isPartName(_ stem: String) -> Bool {
        (["train", "test"] + heldOutNames).contains(stem)
    }

    // MARK: Parts

    private static func isPart(_ stem: String, _ name: String) -> Bool {
        FileEnding(of: name).map { "\(stem).\($0.rawValue)" == name.lowercased() } ?? false
    }

    /// The file of a part, or its pieces in order.
    private static func part(
        _ stem: String,
        of names: [String],
        in folder: String
    ) throws -> [String] {
        let matches = names.filter { isPart(stem, $0) }
        // If case distinguishes files, lower case is the default name.
        let exact = matches.filter { $0.lowercased().utf8.elementsEqual($0.utf8) }
        let files = exact.isEmpty ? matches : exact
        guard files.count < 2 else {
            throw DatasetError(
                .unsupported,
                "\(folder) holds more than one \(stem) file: \(files.joined(separator: ", "))",
                hint: "leave one of them, or give the file's path"
            )
        }
        guard files.isEmpty else { return files }
        let shards = names.compactMap { Shard($0, of: stem) }.sorted { $0.number < $1.number }
        guard let first = shards.first else { return [] }
        let numbers = shards.map(\.number)
        guard shards.allSatisfy({ $0.count == first.count }),
            numbers == Array(0..<first.count) || numbers == Array(1...max(1, first.count))
        else {
            throw DatasetError(
                .unsupported,
                "\(folder) does not hold all pieces of \(stem), or some twice: "
                    + shards.map(\.name).listed,
                hint: "put all \(first.count) pieces there, or give one by its path"
            )
        }
        return shards.map(\.name)
    }

    // MARK: Ignored files

    /// Whether a file contains rows, in a supported form or not.
    private static func holdsRows(_ name: String) -> Bool {
        let name = name.lowercased()
        if isDocumentation(name) || name.hasSuffix("_info.json") || name.hasSuffix("_infos.json") {
            return false
        }
        if let ending = FileEnding(of: name) { return ending != .md }
        let foreign = [".parquet", ".arrow", ".gz", ".zst", ".bz2", ".xz", ".zip", ".xlsx"]
        return foreign.contains { name.hasSuffix($0) }
    }

    /// Whether a file describes the documents beside it.
    private static func isDocumentation(_ name: String) -> Bool {
        ["readme.", "license."].contains { name.lowercased().hasPrefix($0) }
    }

    private static func unread(_ names: [String], beside training: String) -> [String] {
        guard !names.isEmpty else { return [] }
        let verb = names.count == 1 ? "is" : "are"
        return [
            "\(names.listed) beside \(training) \(verb) not read; held-out rows are read from "
                + "validation, valid, val or dev, with an ending that is read"
        ]
    }

    /// The note on a training file that is read without the held-out rows beside it.
    private static func neighbours(of path: String) -> [String] {
        let bytes = path.utf8
        let start = bytes.lastIndex(of: UInt8(ascii: "/")).map { bytes.index(after: $0) }
        let name = String(path[(start ?? path.startIndex)...])
        guard isTraining(name) else { return [] }
        let folder = start.map { String(path[..<$0]) } ?? "."
        let names = (try? Folder.names(in: folder)) ?? []
        let others = names.filter { other in
            heldOutNames.contains { isPart($0, other) || Shard(other, of: $0) != nil }
        }
        guard !others.isEmpty else { return [] }
        return [
            "\(others.listed) beside \(name) \(others.count == 1 ? "is" : "are") not read; "
                + "the folder's path reads both, and holds out the rows"
        ]
    }
}

/// A piece of a part, named as `train-00000-of-00002.jsonl`.
private struct Shard {
    let name: String
    let number: Int
    let count: Int

    init?(_ name: String, of stem: String) {
        guard let ending = FileEnding(of: name) else { return nil }
        let whole = name.lowercased().dropLast(ending.rawValue.count + 1)
        let words = whole.split(separator: "-", omittingEmptySubsequences: false)
        guard words.count == 4, words[0] == stem, words[2] == "of",
            let number = Int(words[1]), let count = Int(words[3]), number >= 0, count > 0,
            count < 100_000
        else { return nil }
        self.name = name
        self.number = number
        self.count = count
    }
}

extension [String] {
    /// The first ones, and the number of the others.
    var listed: String {
        let maximum = 5
        let named = prefix(maximum).joined(separator: ", ")
        return count > maximum ? "\(named) and \(count - maximum) more" : named
    }
}
