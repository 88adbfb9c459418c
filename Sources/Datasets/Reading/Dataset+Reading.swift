import JSON
import Platform

extension Dataset {
    /// The default limit of a row's size, in bytes.
    public static let maxRowSize = 64 << 20

    /// How a dataset is read.
    public struct Reading: Sendable {
        /// A larger row is refused, in bytes; a file that is one JSON array may be sixteen times as
        /// large.
        public var maxRowSize = Dataset.maxRowSize
        /// The members that are read under the names of the formats.
        public var mapping = ColumnMapping()
        /// The format to read if rows match several; nil reads the first that matches.
        public var format: DatasetFormat?
        /// Whether broken rows are left out and counted, or are errors.
        public var leavesBrokenRowsOut = false

        /// Reads all rows, without mapping.
        public init() {}
    }

    /// Reads a `.jsonl`, `.json`, `.csv`, `.tsv`, `.txt` or `.md` file, or a folder that contains
    /// `train.*`, or its pieces `train-00000-of-00002.*`, and, for held-out rows, `validation.*`,
    /// `valid.*`, `val.*` or `dev.*`, or only documents.
    ///
    /// - Throws: `DatasetError` with the file and line of every broken row: none is skipped
    ///   unless that is requested; `CancellationError` when cancelled.
    public static func read(
        path: String,
        _ reading: Reading = Reading(),
        isCancelled: @escaping () -> Bool = { false }
    ) throws -> Dataset {
        func rows(_ path: String) throws -> RowCollector {
            try RecordReader(
                path: path,
                maxRowSize: reading.maxRowSize,
                mapping: reading.mapping,
                format: reading.format,
                leavesBrokenRowsOut: reading.leavesBrokenRowsOut,
                isCancelled: isCancelled
            ).read()
        }
        let files = try DatasetFiles(path: path)
        var format: DatasetFormat?
        var leftOut = BrokenRows()
        var decisions = files.decisions
        var mapped: Set<JSONName> = []
        func records(_ paths: [String]) throws -> [Record] {
            try paths.flatMap { file in
                let rows = try rows(file)
                let other = rows.format ?? .messages
                guard (other == .text) == ((format ?? other) == .text) else {
                    throw DatasetError(
                        .unsupported,
                        "\(path) trains on \((format ?? other).rawValue) and holds out "
                            + "\(other.rawValue)",
                        hint: "separate text and conversations"
                    )
                }
                format = format ?? other
                leftOut.add(rows.broken)
                mapped.formUnion(rows.mapped)
                decisions += rows.decisions.map { "\(FilePaths.name(file)): \($0)" }
                return rows.records
            }
        }
        let training = try records(files.training)
        let heldOut = try records(files.heldOut)
        if let format {
            try reading.mapping.checkUse(by: format, found: mapped, path: path)
        }
        return Dataset(
            name: DatasetName.make(path: path, isFolder: files.isFolder),
            path: path,
            format: format ?? .messages,
            training: training,
            heldOut: heldOut,
            files: files.training + files.heldOut,
            leftOut: leftOut,
            decisions: decisions + unread(training + heldOut)
        )
    }

    /// The members of messages that are not read, in a sentence.
    private static func unread(_ records: [Record]) -> [String] {
        var rows = 0
        var names: Set<JSONName> = []
        for record in records where !record.unread.isEmpty {
            rows += 1
            names.formUnion(record.unread.map { JSONName($0) })
        }
        guard rows > 0 else { return [] }
        let listed = names.map(\.text).sorted().listed
        return [
            "members of messages that are not read, in \(rows == 1 ? "1 row" : "\(rows) rows"): "
                + listed
        ]
    }

    /// The part of a dataset that a row is in.
    public enum Part: String, Sendable, Codable, CaseIterable {
        /// Rows to train on.
        case training
        /// Rows kept for evaluation.
        case heldOut = "held-out"
    }

    /// Some rows of a part, without reading those after them or parsing those before.
    ///
    /// - Throws: `DatasetError` as `read` does, for the rows that are parsed.
    public static func records(
        _ window: Range<Int>,
        of part: Part = .training,
        path: String,
        isCancelled: @escaping () -> Bool = { false }
    ) throws -> [Record] {
        let files = try DatasetFiles(path: path)
        let paths = part == .training ? files.training : files.heldOut
        guard paths.count <= 1 else {
            let all = try read(path: path, isCancelled: isCancelled)
            return Array((part == .training ? all.training : all.heldOut)[clamping: window])
        }
        return try paths.flatMap { file in
            try RecordReader(
                path: file,
                maxRowSize: maxRowSize,
                window: window,
                isCancelled: isCancelled
            ).read().records
        }
    }

    /// The paths in a folder that look like datasets, in order of their names.
    ///
    /// They are files of supported kinds, and folders with a training file; none is opened.
    ///
    /// - Throws: `DatasetError` if the folder cannot be listed.
    public static func candidates(in folder: String) throws -> [String] {
        try Folder.names(in: folder).filter { name in
            let path = "\(folder)/\(name)"
            guard let status = FileStatus(path) else { return false }
            guard status.kind == .folder else { return FileEnding(of: name)?.isListed ?? false }
            return try Folder.names(in: path).contains(where: DatasetFiles.isTraining)
        }
        .map { "\(folder)/\($0)" }
    }
}

extension Array {
    /// The elements of a range, as far as they exist.
    subscript(clamping range: Range<Int>) -> ArraySlice<Element> {
        self[range.clamped(to: 0..<count)]
    }
}
