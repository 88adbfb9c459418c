/// The files of a dataset: one, or those in a folder.
struct DatasetFiles {
    let training: [String]
    let heldOut: [String]
    let isFolder: Bool

    /// Finds the files.
    ///
    /// - Throws: `DatasetError` when nothing is there, and for a folder that holds no dataset or
    ///   more than one.
    init(path: String) throws {
        isFolder = try FileKind(of: path) == .folder
        guard isFolder else {
            training = [path]
            heldOut = []
            return
        }
        let names = try Folder.names(in: path)
        if let file = try Self.part("train", of: names, in: path) {
            training = [file]
            heldOut = try Self.part("validation", of: names, in: path).map { [$0] } ?? []
            return
        }
        let kinds = names.map { FileEnding(of: $0) }
        let documents = zip(names, kinds)
            .filter { ($0.1?.isText ?? false) && !Self.isAboutTheOthers($0.0) }.map(\.0)
        guard !documents.isEmpty, kinds.allSatisfy({ $0?.isText ?? true }) else {
            throw DatasetError(
                .unsupported,
                "there is no training file in \(path)",
                hint: "a dataset folder holds train.jsonl, .json, .csv, .tsv or .txt, or nothing "
                    + "but documents in .txt and .md"
            )
        }
        training = documents.map { "\(path)/\($0)" }
        heldOut = []
    }

    /// Whether a file says something about the documents beside it.
    private static func isAboutTheOthers(_ name: String) -> Bool {
        ["readme.", "license."].contains { name.lowercased().hasPrefix($0) }
    }

    static func isPart(_ stem: String, _ name: String) -> Bool {
        FileEnding(of: name).map { name.utf8.elementsEqual("\(stem).\($0.rawValue)".utf8) } ?? false
    }

    private static func part(
        _ stem: String,
        of names: [String],
        in folder: String
    ) throws -> String? {
        let matches = names.filter { isPart(stem, $0) }
        guard matches.count < 2 else {
            throw DatasetError(
                .unsupported,
                "\(folder) holds more than one \(stem) file: \(matches.joined(separator: ", "))",
                hint: "leave one of them, or give the file's path"
            )
        }
        return matches.first.map { "\(folder)/\($0)" }
    }
}
