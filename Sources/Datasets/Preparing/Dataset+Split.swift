import Platform

/// The share of the rows to hold out, and the key that groups them.
public struct HeldOutShare: Sendable, Equatable, CustomStringConvertible {
    /// The share, between 0 and 1.
    public var share: Double
    /// Rows with the same key stay together.
    public var key: RowKey
    /// Another salt selects other rows.
    public var salt: String

    /// Holds out a share.
    public init(_ share: Double, by key: RowKey = .question, salt: String = "") {
        self.share = share
        self.key = key
        self.salt = salt
    }

    /// The share and its key.
    public var description: String {
        "\(share) by \(key)" + (salt.isEmpty ? "" : " with salt \(salt)")
    }

    /// Whether a row is held out; depends only on its content.
    func holdsOut(_ record: Record) throws -> Bool {
        if key == .question, salt.isEmpty { return ContentDigest.place(of: record) < share }
        return ContentDigest.place(of: [salt] + (try key.texts(of: record))) < share
    }
}

extension Dataset {
    /// Holds out about `share` of the training rows, chosen by a hash of each row's question.
    ///
    /// - Throws: as `holdingOut(_:)` of a `HeldOutShare` does.
    public func holdingOut(_ share: Double) throws -> Dataset {
        try holdingOut(HeldOutShare(share)).dataset
    }

    /// Holds out about a share of the training rows, chosen by a hash of each row.
    ///
    /// The same row is on the same side in every dataset and every order, rows with the same key
    /// stay together, and the rows of a smaller share are among those of a larger one.
    ///
    /// - Throws: `DatasetError.Code.invalidSplit` if the share is not between 0 and 1, rows are
    ///   held out already, or either side would be empty; `invalidStep` for a row that lacks the
    ///   key's member.
    public func holdingOut(
        _ heldOutShare: HeldOutShare
    ) throws -> (dataset: Dataset, step: DatasetStep) {
        let share = heldOutShare.share
        guard share > 0, share < 1 else {
            throw DatasetError(
                .invalidSplit,
                "cannot hold out a share of \(share) of \(name)",
                hint: "give a number between 0 and 1, such as 0.1"
            )
        }
        // By question every row can be divided; the question of a document is its text.
        if heldOutShare.key != .question { try checkHas(heldOutShare.key) }
        guard heldOut.isEmpty else {
            throw DatasetError(
                .invalidSplit,
                "\(name) has a held-out part of \(heldOut.count) rows already",
                hint: "leave the split out, or give only the training file"
            )
        }
        var kept: [Record] = []
        var held: [Record] = []
        for record in training {
            if try heldOutShare.holdsOut(record) {
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
        let counts = [
            DatasetStep.Count("rows to train on", kept.count),
            DatasetStep.Count("rows held out", held.count),
        ]
        return (
            with(training: kept, heldOut: held),
            DatasetStep(.split, heldOutShare.description, counts)
        )
    }
}
