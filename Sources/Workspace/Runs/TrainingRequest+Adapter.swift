import ModelFiles

extension TrainingRequest {
    /// Takes over rank, alpha and targets of the adapter that training goes on from.
    ///
    /// Blocks.
    ///
    /// - Throws: ``WorkspaceError`` if the folder holds no adapter.
    public mutating func adoptShape(ofAdapter folder: String) throws {
        let adapter = try WorkspaceError.wording { try AdapterFile.configuration(in: folder) }
        rank = adapter.rank
        alpha = adapter.alpha
        targets = adapter.targetModules
    }
}
