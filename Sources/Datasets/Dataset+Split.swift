extension Dataset {
    /// Holds out about `share` of the training rows, chosen by a hash of what each row asks.
    ///
    /// The same row falls on the same side in every dataset and every order, rows that ask the same
    /// stay together, and what a smaller share holds out a larger one holds out too.
    ///
    /// - Throws: `DatasetError.Code.invalidSplit` when the share is not between 0 and 1, rows are
    ///   held out already, or either side would be empty.
    public func holdingOut(_ share: Double) throws -> Dataset {
        guard share > 0, share < 1 else {
            throw DatasetError(
                .invalidSplit,
                "cannot hold out a share of \(share) of \(name)",
                hint: "give a number between 0 and 1, such as 0.1"
            )
        }
        guard heldOut.isEmpty else {
            throw DatasetError(
                .invalidSplit,
                "\(name) has a held-out part of \(heldOut.count) rows already",
                hint: "leave the split out, or name the training file alone"
            )
        }
        var kept: [Record] = []
        var held: [Record] = []
        for record in training {
            if ContentDigest.place(of: record) < share {
                held.append(record)
            } else {
                kept.append(record)
            }
        }
        guard !kept.isEmpty, !held.isEmpty else {
            throw DatasetError(
                .invalidSplit,
                "a share of \(share) of the \(training.count) rows of \(name) leaves "
                    + (held.isEmpty ? "none held out" : "none to train on"),
                hint: "give a \(held.isEmpty ? "larger" : "smaller") share"
            )
        }
        return Dataset(name: name, path: path, format: format, training: kept, heldOut: held)
    }
}
