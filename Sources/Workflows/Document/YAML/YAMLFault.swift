import Yams

/// The errors of Yams, with their place and in plain words.
enum YAMLFault {
    static func described(
        _ error: any Error,
        _ text: DocumentText
    ) -> (SourcePosition, String) {
        let start = SourcePosition(line: 1, column: 1)
        guard let error = error as? YamlError else { return (start, "This is not YAML.") }
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            let position = SourcePosition(line: mark.line, column: mark.column)
            return (position, message(problem, at: position, text))
        case .reader(_, let offset, _, let yaml):
            let line = yaml.prefix(offset ?? 0).count(where: \.isNewline) + 1
            return (
                .init(line: line, column: 1),
                "This line has a control character, which YAML does not allow."
            )
        default: return (start, "This is not YAML.")
        }
    }

    private static func message(
        _ problem: String,
        at position: SourcePosition,
        _ text: DocumentText
    ) -> String {
        let line = text.line(position.line)
        if line.prefix(while: { $0 == " " || $0 == "\t" }).contains("\t") {
            return "The line is indented by a tab; YAML needs spaces."
        }
        switch problem {
        case "but found another document", "did not find expected <document start>":
            return "The document ends before this line; a file has one flow."
        case "found undefined alias": return "There is no anchor of this name before it."
        case "mapping values are not allowed in this context":
            return "A `:` is not expected here; put a text that has one in quotes."
        case "could not find expected ':'": return "A `:` is missing after a key."
        case "did not find expected key":
            return "A key is expected here; check the indentation and the quotes."
        case "found character that cannot start any token":
            return "A value cannot begin with this character; put it in quotes."
        case let problem where problem.contains("nesting"):
            return "The file is nested more than \(DocumentReader.maxDepth) levels deep."
        default: return "This is not YAML: \(problem)."
        }
    }
}
