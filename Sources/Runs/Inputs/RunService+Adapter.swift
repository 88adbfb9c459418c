import Platform

extension RunService {
    /// The folder of the adapter of a reference such as `models:/NAME@ALIAS`; nil for a base model.
    public func adapter(of model: String) throws -> String? {
        try RunError.translating { try sources.model(model).adapter }
    }
}
