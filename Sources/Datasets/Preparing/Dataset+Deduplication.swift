import Crypto

extension Dataset {
    /// The rows without those that are the same as one before, after spaces and Unicode's forms.
    ///
    /// The first of equal rows stays. A row that is held out stays held out; what equals it is taken
    /// out of training.
    ///
    /// - Throws: `DatasetError.Code.invalidStep` for a row that lacks the key's member, `empty` when
    ///   no row to train on is left.
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
            throw DatasetError(.empty, "every row of \(name) stands in its held-out part too")
        }
        let removed = self.training.count + self.heldOut.count - training.count - heldOut.count
        return (
            with(training: training, heldOut: heldOut),
            DatasetStep(.deduplicate, "by \(key)", [.init("rows taken out", removed)])
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
