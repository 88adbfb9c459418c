import Crypto
import Platform

extension Dataset {
    /// The rows without those that equal an earlier one, apart from white space and Unicode forms.
    ///
    /// The first of equal rows stays. A held-out row stays held out; its duplicates are removed
    /// from training.
    ///
    /// - Throws: `DatasetError.Code.invalidStep` for a row that lacks the key's member, `empty`
    ///   if no row to train on is left.
    public func deduplicated(
        by key: RowKey = .row
    ) throws -> (dataset: Dataset, step: DatasetStep) {
        try checkHas(key)
        var seen: Set<SHA256.Digest> = []
        func first(_ records: [Record]) throws -> [Record] {
            try records.filter { record in
                seen.insert(ContentDigest.key(of: try key.texts(of: record))).inserted
            }
        }
        let heldOut = try first(heldOut)
        let training = try first(training)
        guard !training.isEmpty else {
            throw DatasetError(.empty, "every row of \(name) is in its held-out part too")
        }
        let removed = self.training.count + self.heldOut.count - training.count - heldOut.count
        return (
            with(training: training, heldOut: heldOut),
            DatasetStep(.deduplicate, "by \(key)", [.init("rows removed", removed)])
        )
    }

    /// - Throws: `DatasetError.Code.invalidStep` for a part that documents do not have.
    func checkHas(_ key: RowKey) throws {
        guard format == .text, key == .question || key == .answer else { return }
        throw DatasetError(
            .invalidStep,
            "the rows of \(name) are documents, which have no \(key)",
            hint: "give row, or the name of a member"
        )
    }
}
