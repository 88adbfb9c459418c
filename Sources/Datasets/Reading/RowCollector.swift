import JSON

/// The rows of a file so far, all of one format, and the faults of the broken ones.
struct RowCollector {
    private(set) var format: DatasetFormat?
    private(set) var records: [Record] = []
    private(set) var broken = BrokenRows()
    /// The member of the file's only object that contains the rows, if there is such an object.
    var wrapper: String?
    /// Decisions about the file, besides its rows.
    var notes: [String] = []
    /// The mapped names that occur in rows.
    private(set) var mapped: Set<JSONName> = []
    private var firstFault: DatasetError?
    /// How many rows match further formats, and which.
    private var ambiguous: [DatasetFormat: Int] = [:]
    private let parser: RowParser
    private let window: Range<Int>?
    private var seen = 0

    init(
        mapping: ColumnMapping = ColumnMapping(),
        chosen: DatasetFormat? = nil,
        window: Range<Int>? = nil
    ) {
        parser = RowParser(
            source: RecordSource(file: "", line: 0),
            mapping: mapping,
            format: chosen
        )
        self.window = window
    }

    /// Whether no row was found, inside the range or not.
    var isEmpty: Bool { seen == 0 }

    /// Whether no further row is needed.
    var isFull: Bool { window.map { seen >= $0.upperBound } ?? false }

    /// Counts a row and returns whether to parse it.
    mutating func takesNext() -> Bool {
        defer { seen += 1 }
        return window?.contains(seen) ?? true
    }

    /// Adds a row; a broken one is recorded.
    ///
    /// - Parameter missing: The row's spelling of a missing value.
    mutating func append(
        _ value: JSONValue,
        at source: RecordSource,
        missing: String = "null"
    ) throws {
        if !parser.mapping.pairs.isEmpty, case .object(let row) = value {
            mapped.formUnion(parser.mapping.ownNames.filter { row[$0] != nil })
        }
        do {
            var parser = RowParser(source: source, mapping: parser.mapping, format: parser.format)
            parser.missing = missing
            let row = try parser.row(value)
            guard row.format == format ?? row.format else {
                throw DatasetError(
                    .wrongShape,
                    at: source,
                    "the row is in the format \(row.format.rawValue), the rows before are in "
                        + (format?.rawValue ?? "another"),
                    hint: "keep one format to a file"
                )
            }
            format = row.format
            for other in row.others { ambiguous[other, default: 0] += 1 }
            records.append(row.record)
        } catch let fault as DatasetError {
            note(fault)
        }
    }

    /// Adds a document.
    mutating func append(document: [UInt8], at source: RecordSource) {
        format = .text
        records.append(Record(.text(String(decoding: document, as: UTF8.self)), source: source))
    }

    /// Records a broken row.
    mutating func note(_ fault: DatasetError) {
        if firstFault == nil { firstFault = fault }
        broken.add(fault)
    }

    /// - Throws: The first fault, with all others in `DatasetError.brokenRows`.
    func checkRows() throws {
        if let firstFault { throw DatasetError(firstFault, of: broken, rowCount: seen) }
    }

    /// The decisions, in sentences.
    var decisions: [String] {
        var decisions = notes
        if let wrapper { decisions.append("the rows are those of its member \(wrapper)") }
        for (other, count) in ambiguous.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let rows = count == 1 ? "1 row is" : "\(count) rows are"
            decisions.append(
                "\(rows) in the format \(other.rawValue) too and read as "
                    + "\(format?.rawValue ?? ""); data add --format \(other.rawValue) reads the other"
            )
        }
        return decisions
    }
}
