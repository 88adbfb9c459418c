internal import Platform
internal import Yams

/// A word with its line.
struct Located {
    let value: String
    let line: Int
}

/// A role of a theme file, before its colours are looked up.
struct RoleSource {
    let role: Role
    var foreground: Located?
    var background: Located?
    var attributes: Attributes = []
}

/// A theme file, before it is joined with those it inherits from.
struct ThemeSource {
    let file: ThemeFile
    var appearance: Theme.Appearance?
    var inherits: Located?
    var palette: [String: Color] = [:]
    var roles: [RoleSource] = []
}

extension ThemeFile {
    func source() throws -> ThemeSource {
        var source = ThemeSource(file: self)
        for (key, value) in try pairs(of: try root(), "the file") {
            switch key.value {
            case "appearance": source.appearance = try appearance(value)
            case "inherits": source.inherits = try word(value)
            case "palette":
                for (name, color) in try pairs(of: value, "palette") {
                    source.palette[name.value] = try hexColor(color)
                }
            case "roles":
                for (name, value) in try pairs(of: value, "roles") {
                    source.roles.append(try role(name, value))
                }
            default:
                throw unknown(
                    key,
                    "a part of a theme",
                    ["appearance", "inherits", "palette", "roles"]
                )
            }
        }
        return source
    }

    private func root() throws -> Node {
        do {
            if let node = try Yams.compose(yaml: text) { return node }
        } catch let error as YamlError {
            throw TerminalUIError(
                .malformedTheme,
                "\(file):\(Self.line(of: error)): this is not YAML.",
                hint: "compare it with themes/dark.yaml."
            )
        }
        throw error(
            .malformedTheme,
            1,
            "the theme is empty",
            hint: "compare it with themes/dark.yaml."
        )
    }

    private static func line(of error: YamlError) -> Int {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _),
            .composer(_, _, let mark, _):
            mark.line
        default: 1
        }
    }

    private func pairs(of node: Node, _ what: String) throws -> [(Located, Node)] {
        guard case .mapping(let mapping) = node else {
            throw error(
                .malformedTheme,
                Self.line(of: node),
                "\(what) must be a list of `name: value`",
                hint: "compare it with themes/dark.yaml."
            )
        }
        return try mapping.map { (try word($0.key), $0.value) }
    }

    private func word(_ node: Node) throws -> Located {
        guard case .scalar(let scalar) = node else {
            throw error(
                .malformedTheme,
                Self.line(of: node),
                "a single word is expected here",
                hint: "compare it with themes/dark.yaml."
            )
        }
        return Located(value: scalar.string, line: Self.line(of: node))
    }

    private func appearance(_ node: Node) throws -> Theme.Appearance {
        let word = try word(node)
        guard let appearance = Theme.Appearance(rawValue: word.value) else {
            throw unknown(word, "an appearance", ["dark", "light"])
        }
        return appearance
    }

    private func hexColor(_ node: Node) throws -> Color {
        let word = try word(node)
        guard let color = Color(hex: word.value) else {
            throw error(
                .unknownThemeValue,
                word.line,
                "'\(word.value)' is not a colour",
                hint: "write \"#rrggbb\", in quotes."
            )
        }
        return color
    }

    private func role(_ name: Located, _ node: Node) throws -> RoleSource {
        guard let role = Role(rawValue: name.value) else {
            throw unknown(name, "a role", Role.allCases.map(\.rawValue))
        }
        var source = RoleSource(role: role)
        guard case .mapping = node else {
            // The colour of a surface is what lies behind text, not the text.
            if role == .background {
                source.background = try word(node)
            } else {
                source.foreground = try word(node)
            }
            return source
        }
        let attributes: [String: Attributes] = [
            "bold": .bold, "dim": .dim, "reverse": .reverse, "underline": .underline,
        ]
        for (key, value) in try pairs(of: node, name.value) {
            switch key.value {
            case "foreground": source.foreground = try word(value)
            case "background": source.background = try word(value)
            default:
                guard let attribute = attributes[key.value] else {
                    throw unknown(
                        key,
                        "a property of a role",
                        ["foreground", "background"] + attributes.keys.sorted()
                    )
                }
                if try flag(value) { source.attributes.insert(attribute) }
            }
        }
        return source
    }

    private func flag(_ node: Node) throws -> Bool {
        let word = try word(node)
        guard word.value == "true" || word.value == "false" else {
            throw unknown(word, "true or false", ["true", "false"])
        }
        return word.value == "true"
    }

    private func unknown(_ word: Located, _ what: String, _ known: [String]) -> TerminalUIError {
        error(
            .unknownThemeValue,
            word.line,
            "'\(word.value)' is not \(what)",
            hint: "use one of \(known.joined(separator: ", "))."
        )
    }

    private static func line(of node: Node) -> Int { node.mark?.line ?? 1 }
}
