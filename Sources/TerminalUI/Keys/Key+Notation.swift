extension Key: CustomStringConvertible, ExpressibleByStringLiteral {
    private static let names: [(String, Code)] = [
        ("enter", .enter), ("esc", .escape), ("tab", .tab), ("backspace", .backspace),
        ("del", .delete), ("ins", .insert), ("up", .up), ("down", .down), ("left", .left),
        ("right", .right), ("home", .home), ("end", .end), ("pgup", .pageUp),
        ("pgdn", .pageDown), ("space", .character(" ")),
    ]

    /// The notation of a key in hints and tables: `ctrl+p`, `alt+1`, `esc`, `F1`, `/`.
    public var description: String {
        var text = ""
        if modifiers.contains(.control) { text += "ctrl+" }
        if modifiers.contains(.alt) { text += "alt+" }
        if modifiers.contains(.shift) { text += "shift+" }
        if case .function(let number) = code { return text + "F\(number)" }
        if let name = Self.names.first(where: { $0.1 == code })?.0 { return text + name }
        if case .character(let character) = code { text.append(character) }
        return text
    }

    /// The key of a notation as in ``description``; nil for any other text.
    public init?(parsing notation: String) {
        var rest = notation[...]
        var modifiers: Modifiers = []
        let prefixes: [(String, Modifiers)] = [
            ("ctrl+", .control), ("alt+", .alt), ("shift+", .shift),
        ]
        while let (prefix, modifier) = prefixes.first(where: { rest.hasPrefix($0.0) }),
            rest.count > prefix.count
        {
            modifiers.insert(modifier)
            rest = rest.dropFirst(prefix.count)
        }
        if let code = Self.names.first(where: { $0.0 == rest })?.1 {
            self.init(code, modifiers)
        } else if let character = rest.first, rest.count == 1 {
            self.init(.character(character), modifiers)
        } else if rest.first == "F", let number = Int(rest.dropFirst()), (1...24).contains(number) {
            self.init(.function(number), modifiers)
        } else {
            return nil
        }
    }

    /// A key from a literal such as `"ctrl+p"`, in the notation of ``description``.
    public init(stringLiteral notation: String) {
        guard let key = Key(parsing: notation) else {
            preconditionFailure("no key is written \"\(notation)\"")
        }
        self = key
    }
}
