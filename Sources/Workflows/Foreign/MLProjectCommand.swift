/// Command lines of MLflow's projects: `{name}` is the value of a parameter as one quoted word, `{{`
/// and `}}` are braces.
enum MLProjectCommand {
    /// The command line in a flow's file.
    ///
    /// - Parameter names: The flow's parameters by the project's.
    static func flowCommand(
        _ text: String,
        _ names: [String: String],
        _ fault: (String) -> Void
    ) -> String {
        var result = ""
        var literal = ""
        var rest = text[...]
        while let next = rest.first {
            if rest.hasPrefix("{{") || rest.hasPrefix("}}") {
                literal.append(next)
                rest = rest.dropFirst(2)
                continue
            }
            guard next == "{", let end = rest.firstIndex(of: "}") else {
                literal.append(next)
                rest = rest.dropFirst()
                continue
            }
            let name = String(rest[..<end].dropFirst())
            rest = rest[rest.index(after: end)...]
            guard let known = names[name] else {
                fault(
                    "The command has {\(name.prefix(60))}, which is no parameter; braces themselves"
                        + " are written twice."
                )
                continue
            }
            // Each value is quoted anyway.
            if let quote = literal.last, quote == "'" || quote == "\"", rest.first == quote {
                literal.removeLast()
                rest = rest.dropFirst()
            }
            if literal.hasSuffix("$") { fault("The command has a $ directly before {\(name)}.") }
            result += FlowText.literal(literal) + "${\(known)}"
            literal = ""
        }
        return result + FlowText.literal(literal)
    }
}
