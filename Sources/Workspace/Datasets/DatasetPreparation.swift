import Datasets
import Platform

/// What is to be done to rows on their way into a dataset, as a person says it.
public struct DatasetPreparation: Equatable, Sendable, Codable {
    /// Which columns stand for the names the formats know: `instruction=question,output=answer`.
    public var mapping: String?
    /// The format to read, where rows show several: `messages`, `sharegpt`, `alpaca` and so on.
    public var format: String?
    /// Whether broken rows are left out, and counted, rather than refused.
    public var leavesBrokenRowsOut = false
    /// What is put right in the texts: `korean`, or some of its rules.
    public var cleaning: String?
    /// What makes rows duplicates: `row`, `question`, `answer` or the name of a member.
    public var deduplication: String?
    /// The share of the rows to hold out.
    public var heldOutShare: Double?
    /// What keeps rows on one side: `question`, `row`, `answer` or the name of a member.
    public var splitKey: String?
    /// Another text holds out other rows.
    public var splitSalt: String?

    /// Does nothing.
    public init() {}

    /// As the rows' reader takes it.
    ///
    /// - Throws: `DatasetError` for what cannot be read.
    var resolved: Preparation {
        get throws {
            var preparation = Preparation()
            if let mapping { preparation.mapping = try ColumnMapping(mapping) }
            preparation.format = try format.map { try DatasetFormat(named: $0) }
            preparation.leavesBrokenRowsOut = leavesBrokenRowsOut
            preparation.cleaning = try cleaning.map { try TextCleaning($0) }
            preparation.deduplication = deduplication.map { RowKey($0) }
            preparation.heldOut = heldOutShare.map {
                HeldOutShare($0, by: RowKey(splitKey ?? "question"), salt: splitSalt ?? "")
            }
            return preparation
        }
    }

    /// What the steps add to a dataset's name.
    var suffix: String {
        let steps = [
            (mapping != nil, "mapped"), (format != nil, format ?? ""), (cleaning != nil, "clean"),
            (deduplication != nil, "dedup"), (heldOutShare != nil, "split"),
        ]
        let words = steps.filter(\.0).map(\.1)
        return words.isEmpty ? "" : "-" + words.joined(separator: "-")
    }
}

extension DatasetFormat {
    /// The format of that name.
    ///
    /// - Throws: ``WorkspaceError`` with the code `invalid` for a name that is none.
    init(named name: String) throws(WorkspaceError) {
        guard let format = DatasetFormat(rawValue: name) else {
            throw WorkspaceError(
                .invalid,
                "\(name) is no format of datasets.",
                hint:
                    "Give one of \(DatasetFormat.allCases.map(\.rawValue).joined(separator: ", "))."
            )
        }
        self = format
    }
}
