import Platform

/// A parsed `models:/…` reference.
public struct ModelReference: Sendable, Equatable {
    /// How the version is chosen.
    public enum Selector: Sendable, Equatable {
        /// The version that an alias names.
        case alias(String)
        /// A number.
        case version(Int)
        /// The newest version in a stage.
        case stage(Stage)
        /// The newest version.
        case latest
    }

    /// The prefix of every reference.
    public static let scheme = "models:/"

    /// The registered model's name.
    public var model: String
    /// How the version is chosen.
    public var selector: Selector

    /// Parses `models:/name@alias`, `models:/name/3`, `models:/name/Staging` or
    /// `models:/name/latest`.
    ///
    /// - Throws: `RegistryError` with code `invalidValue`.
    public init(_ text: String) throws {
        let bytes = Array(text.utf8)
        let prefix = Array(Self.scheme.utf8)
        guard bytes.starts(with: prefix) else { throw Self.malformed(text) }
        let rest = bytes.dropFirst(prefix.count)
        func string(_ bytes: some Sequence<UInt8>) -> String {
            String(decoding: Array(bytes), as: UTF8.self)
        }

        if let slash = rest.firstIndex(of: UInt8(ascii: "/")) {
            let name = rest[..<slash]
            let selector = string(rest[rest.index(after: slash)...])
            guard !name.isEmpty, !selector.isEmpty else { throw Self.malformed(text) }
            model = string(name)
            if let number = Int(selector) {
                self.selector = .version(number)
            } else if selector.lowercased() == "latest" {
                self.selector = .latest
            } else {
                self.selector = .stage(try Stage(named: selector))
            }
        } else if let at = rest.lastIndex(of: UInt8(ascii: "@")) {
            let name = rest[..<at]
            let alias = rest[rest.index(after: at)...]
            guard !name.isEmpty, !alias.isEmpty else { throw Self.malformed(text) }
            model = string(name)
            selector = .alias(string(alias))
        } else {
            throw Self.malformed(text)
        }
    }

    private static func malformed(_ text: String) -> RegistryError {
        RegistryError(
            .invalidValue,
            "'\(text)' does not name a model version.",
            hint:
                "write models:/name@alias, models:/name/3, models:/name/Production or models:/name/latest"
        )
    }
}
