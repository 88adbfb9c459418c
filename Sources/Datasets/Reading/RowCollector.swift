import JSON

/// The rows of a file so far, all of one format, and what is wrong with the broken ones.
struct RowCollector {
    private(set) var format: DatasetFormat?
    private(set) var records: [Record] = []
    private(set) var broken = BrokenRows()
    private(set) var firstFault: DatasetError?
    private let mapping: ColumnMapping
    private let window: Range<Int>?
    private var seen = 0

    init(mapping: ColumnMapping = ColumnMapping(), window: Range<Int>? = nil) {
        self.mapping = mapping
        self.window = window
    }

    /// Whether a row was found, wanted or not.
    var isEmpty: Bool { seen == 0 }

    /// Whether no further row is wanted.
    var isFull: Bool { window.map { seen >= $0.upperBound } ?? false }

    /// Counts a row and says whether it is to be parsed.
    mutating func takesNext() -> Bool {
        defer { seen += 1 }
        return window?.contains(seen) ?? true
    }

    /// Adds what a row holds; a broken one is noted.
    mutating func append(_ value: JSONValue, at source: RecordSource) throws {
        do {
            let (format, record) = try RowParser(source: source, mapping: mapping).record(value)
            guard format == self.format ?? format else {
                throw DatasetError(
                    .wrongShape,
                    at: source,
                    "the row is in the format \(format.rawValue), the rows before are not",
                    hint: "keep one format to a file"
                )
            }
            self.format = format
            records.append(record)
        } catch let fault as DatasetError {
            note(fault)
        }
    }

    /// Adds a document.
    mutating func append(document: [UInt8], at source: RecordSource) {
        format = .text
        records.append(Record(.text(String(decoding: document, as: UTF8.self)), source: source))
    }

    /// Notes a broken row.
    mutating func note(_ fault: DatasetError) {
        if firstFault == nil { firstFault = fault }
        broken.add(fault)
    }

    /// - Throws: the first fault, with all others in `DatasetError.brokenRows`.
    func checkAllAreSound() throws {
        if let firstFault { throw DatasetError(firstFault, of: broken) }
    }
}
