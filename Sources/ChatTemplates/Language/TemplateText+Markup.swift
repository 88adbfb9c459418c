extension TemplateText {
    /// The text with HTML's special characters as entities, as Jinja's `escape` writes it.
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

    /// The same text, marked as safe or as plain.
    func markup(_ isMarkup: Bool) -> TemplateText {
        var result = self
        result.isMarkup = isMarkup
        return result
    }
}
