import ModelFiles

extension TrainingRequest {
    /// Takes over rank, alpha and targets of the adapter that training goes on from.
    ///
    /// Blocks.
    ///
    /// - Throws: ``WorkspaceError`` if there is no adapter, or one whose
    ///   layers are changed unlike each other.
    public mutating func adoptShape(ofAdapter path: String) throws {
        let adapter = try WorkspaceError.wording { try AdapterFile.configuration(path: path) }
        rank = adapter.rank
        alpha = adapter.alpha
        targets = adapter.targetModules
        layers = adapter.layers
        usesRankStabilization = adapter.usesRankStabilization ? true : nil
    }
}

extension RunService {
    /// The folder of the adapter that a model stands for, such as `models:/NAME@ALIAS`; nil for a
    /// base model.
    public func adapter(of model: String) throws -> String? {
        try WorkspaceError.wording { try registry.load(ChatTarget(model)).adapter }
    }
}
