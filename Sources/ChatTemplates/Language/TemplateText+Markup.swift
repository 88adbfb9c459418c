extension TemplateText {
    /// The text with what HTML gives a meaning written as entities, as Jinja's `escape` does.
    var escaped: TemplateText {
        var result = mapScalars { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "'": "&#39;"
            case "\"": "&#34;"
            default: String(Character(scalar))
            }
        }
        result.isMarkup = true
        return result
    }

    /// The same text, declared to need no escapes, or to be plain again.
    func markup(_ isMarkup: Bool) -> TemplateText {
        var result = self
        result.isMarkup = isMarkup
        return result
    }
}
