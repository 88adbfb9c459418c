import Platform

/// The names and texts that the registry accepts; the rules are MLflow's.
enum Names {
    static func check(model name: String) throws {
        guard !name.isEmpty else {
            throw RegistryError(.invalidValue, "Registered model name cannot be empty.")
        }
        try check(text: name, of: "model name")
        guard name != ".", name != ".." else {
            throw RegistryError(.invalidValue, "A registered model cannot be called '\(name)'.")
        }
        guard name.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
            throw RegistryError(.invalidValue, "Registered model name cannot be empty.")
        }
        guard !name.utf8.contains(UInt8(ascii: "/")), !name.utf8.contains(UInt8(ascii: ":")) else {
            throw RegistryError(
                .invalidValue,
                "Invalid name: '\(name)'. Registered model name cannot contain ':' or '/'."
            )
        }
    }

    static func check(alias: String) throws {
        guard !alias.isEmpty else {
            throw RegistryError(.invalidValue, "Registered model alias name cannot be empty.")
        }
        try check(text: alias, of: "alias", limit: 255)
        let isAllowed = alias.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "_" || $0 == "-"
        }
        guard isAllowed else {
            throw RegistryError(
                .invalidValue,
                "Invalid alias name: '\(alias)'.",
                hint: "aliases are made of letters, digits, _ and -"
            )
        }
        let isVersion =
            (alias.first == "v" || alias.first == "V") && alias.utf8.count > 1
            && alias.utf8.dropFirst().allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        guard !isVersion else {
            throw RegistryError(
                .invalidValue,
                "Version alias name '\(alias)' is reserved.",
                hint: "choose a name that is not v and a number"
            )
        }
        guard alias.lowercased() != "latest" else {
            throw RegistryError(
                .invalidValue,
                "'latest' alias name (case insensitive) is reserved.",
                hint: "models:/name/latest names the newest version"
            )
        }
    }

    /// The longest tag of a model or a version; prompts are stored in tags.
    static let tagLength = 100_000

    /// Checks a text for its length in Unicode scalars, if limited, and for NUL, which ends a text
    /// in SQLite's C interface.
    static func check(text: String, of what: String, limit: Int? = nil) throws {
        if let limit, text.utf8.count > limit, text.unicodeScalars.count > limit {
            throw RegistryError(
                .invalidValue,
                "The \(what) is longer than \(limit) characters.",
                hint: "shorten it"
            )
        }
        guard !text.utf8.contains(0) else {
            throw RegistryError(.invalidValue, "The \(what) holds a NUL character.")
        }
    }
}
