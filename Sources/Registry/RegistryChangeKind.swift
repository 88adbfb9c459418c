public import Database

extension Change.Kind {
    /// A registered model; the item is its name.
    public static let registeredModel = Self(rawValue: "registered_model")
}
