import Platform

/// The steps between a file and a dataset, always in this order.
public struct Preparation: Sendable, Equatable {
    /// The members that are read under the names of the formats.
    public var mapping = ColumnMapping()
    /// The format to read if rows match several.
    public var format: DatasetFormat?
    /// Whether broken rows are left out.
    public var leavesBrokenRowsOut = false
    /// How texts are cleaned.
    public var cleaning: TextCleaning?
    /// The key of duplicates, of which the first stays.
    public var deduplication: RowKey?
    /// The rows to hold out.
    public var heldOut: HeldOutShare?

    /// Creates a preparation without steps.
    public init() {}

    /// Creates a preparation from the words of a command: a mapping such as
    /// `instruction=question`, a format's name, `korean` or cleaning rules, a row key.
    ///
    /// - Throws: `DatasetError.Code.invalidStep` for what cannot be parsed.
    public init(
        mapping: String? = nil,
        format: String? = nil,
        cleaning: String? = nil,
        deduplication: String? = nil
    ) throws {
        if let mapping { self.mapping = try ColumnMapping(mapping) }
        self.format = try format.map { try DatasetFormat(named: $0) }
        self.cleaning = try cleaning.map { try TextCleaning($0) }
        self.deduplication = deduplication.map { RowKey($0) }
    }

    /// Whether the rows stay as they are in the file.
    public var isEmpty: Bool { self == Preparation() }

    /// Reads a file or folder and applies the steps.
    ///
    /// - Throws: `DatasetError` as reading and the steps do; `CancellationError` when cancelled.
    public func read(
        path: String,
        isCancelled: @escaping () -> Bool = { false }
    ) throws -> (dataset: Dataset, provenance: DatasetProvenance) {
        var reading = Dataset.Reading()
        reading.mapping = mapping
        reading.format = format
        reading.leavesBrokenRowsOut = leavesBrokenRowsOut
        var dataset = try Dataset.read(path: path, reading, isCancelled: isCancelled)
        let source = dataset
        var steps: [DatasetStep] = []
        func take(_ result: (dataset: Dataset, step: DatasetStep)) {
            dataset = result.dataset
            steps.append(result.step)
        }
        if !mapping.pairs.isEmpty { steps.append(DatasetStep(.map, mapping.description)) }
        if let format { steps.append(DatasetStep(.format, format.rawValue)) }
        if leavesBrokenRowsOut {
            let count = DatasetStep.Count("rows broken", dataset.leftOut.count)
            steps.append(DatasetStep(.leaveOut, "", [count]))
        }
        if let cleaning { take(try dataset.cleaned(cleaning, isCancelled: isCancelled)) }
        if let deduplication { take(try dataset.deduplicated(by: deduplication)) }
        if let heldOut { take(try dataset.holdingOut(heldOut)) }
        let provenance = DatasetProvenance(
            source: path,
            sourceDigest: source.digest,
            sourceFormat: source.format,
            steps: steps
        )
        return (dataset, provenance)
    }
}

extension DatasetFormat {
    /// The format of that name.
    fileprivate init(named name: String) throws {
        guard let format = DatasetFormat(rawValue: name) else {
            let names = DatasetFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw DatasetError(
                .invalidStep,
                "there is no format \"\(name)\"",
                hint: "give one of \(names)"
            )
        }
        self = format
    }
}
