extension Dataset {
    /// How long a row may be, in bytes, unless a reader is told otherwise.
    public static let longestRow = 64 << 20

    /// Reads a `.jsonl`, `.json` or `.txt` file, or a folder that holds `train.*` and, for rows that
    /// are held out, `validation.*`.
    ///
    /// - Parameters:
    ///   - longestRow: A longer row is refused, in bytes; a file that is one JSON array may be
    ///     sixteen times as long.
    /// - Throws: `DatasetError` with the file and line of the first row at fault: none is skipped;
    ///   `CancellationError` when cancelled.
    public static func read(
        path: String,
        longestRow: Int = Dataset.longestRow,
        isCancelled: @escaping () -> Bool = { false }
    ) throws -> Dataset {
        func rows(_ path: String) throws -> (format: DatasetFormat, records: [Record]) {
            try RecordReader(path: path, longestRow: longestRow, isCancelled: isCancelled).read()
        }
        guard try FileKind(of: path) == .folder else {
            let (format, records) = try rows(path)
            return Dataset(
                name: DatasetName.make(path: path, isFolder: false),
                path: path,
                format: format,
                training: records
            )
        }
        let names = try Folder.names(in: path)
        guard let file = try part("train", of: names, in: path) else {
            throw DatasetError(
                .unsupported,
                "there is no training file in \(path)",
                hint: "a dataset folder holds train.jsonl, train.json or train.txt"
            )
        }
        let (format, training) = try rows(file)
        var heldOut: [Record] = []
        if let file = try part("validation", of: names, in: path) {
            let (otherFormat, records) = try rows(file)
            guard (format == .text) == (otherFormat == .text) else {
                throw DatasetError(
                    .unsupported,
                    "\(path) trains on \(format.rawValue) and holds out \(otherFormat.rawValue)",
                    hint: "keep text and conversations apart"
                )
            }
            heldOut = records
        }
        return Dataset(
            name: DatasetName.make(path: path, isFolder: true),
            path: path,
            format: format,
            training: training,
            heldOut: heldOut
        )
    }

    /// The paths in a folder that look like datasets, in order of their names.
    ///
    /// They are files of the kinds that are read, and folders with a training file; none is opened.
    ///
    /// - Throws: `DatasetError` when the folder cannot be listed.
    public static func candidates(in folder: String) throws -> [String] {
        try Folder.names(in: folder).filter { name in
            let path = "\(folder)/\(name)"
            guard let kind = try? FileKind(of: path) else { return false }
            guard kind == .folder else { return FileEnding(of: name) != nil }
            return try Folder.names(in: path).contains { isPart("train", $0) }
        }
        .map { "\(folder)/\($0)" }
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

    private static func isPart(_ stem: String, _ name: String) -> Bool {
        FileEnding(of: name).map { name.utf8.elementsEqual("\(stem).\($0.rawValue)".utf8) } ?? false
    }
}
