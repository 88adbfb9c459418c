import JSON

/// The format of a row.
extension RowParser {
    /// The requested format, or the first that matches; and the others that match.
    func format(of row: JSONObject) throws -> (DatasetFormat, others: [DatasetFormat]) {
        let shown = formats(of: row)
        if let format {
            guard shown.contains(format) || format == .text && row["text"] != nil else {
                throw fault(
                    .wrongShape,
                    "the row is not in the format \(format.rawValue); its members are \(row.names)",
                    hint: shown.first.map { "leave the format out, or give \($0.rawValue)" }
                )
            }
            return (format, [])
        }
        let isText = row["text"] != nil
        if let first = shown.first {
            // Alpaca's own rows repeat their content in a member called text.
            let repeats = isText && first != .alpaca && row["text"]?.holdsSomething ?? false
            return (first, Array(shown.dropFirst()) + (repeats ? [.text] : []))
        }
        if isText { return (.text, []) }
        throw fault(
            .wrongShape,
            "the row is in no known format; its members are \(row.names)",
            hint: "rows have messages, conversations, instruction and output, prompt and "
                + "completion, or text; other names are mapped: --map instruction=question,"
                + "output=answer"
        )
    }

    /// The formats of conversations whose members a row has; those with non-empty members first,
    /// and of these the more specific ones.
    private func formats(of row: JSONObject) -> [DatasetFormat] {
        // Most conversations are the only member.
        if row.members.count == 1, row["messages"] != nil { return [.messages] }
        let isInstruction = row["instruction"] != nil
        let isDolly = isInstruction && row["response"] != nil && row["output"] == nil
        let isShown: [(DatasetFormat, Bool, String)] = [
            (.messages, row["messages"] != nil, "messages"),
            (.shareGPT, row["conversations"] != nil, "conversations"),
            (.alpaca, isInstruction && !isDolly, "output"),
            (.dolly, isDolly, "response"),
            (
                .promptCompletion, row["prompt"] != nil && row["completion"] != nil, "completion"
            ),
        ]
        let shown = isShown.filter(\.1)
        let full = shown.filter { row[$0.2]?.holdsSomething ?? false }
        return (full.isEmpty ? shown : full).map(\.0)
    }

    /// The names of the members that are lists of rows, in an object that is not a row.
    func listsOfRows(in object: JSONObject) -> [String] {
        func lists(_ isWanted: ([JSONValue]) -> Bool) -> [String] {
            object.members.compactMap { name, value in
                guard case .array(let values) = value, !values.isEmpty, isWanted(values) else {
                    return nil
                }
                return name.text
            }
        }
        let known = lists { isRow($0[0]) }
        if isRow(.object(object)) {
            // A list of messages is named like a row's, but its elements are not rows.
            return known.filter { $0 == "messages" || $0 == "conversations" }
        }
        guard known.isEmpty else { return known }
        let likely = lists { values in
            values.allSatisfy { if case .object = $0 { !$0.isMessage } else { false } }
        }
        return likely.count == 1 ? likely : []
    }

    private func isRow(_ value: JSONValue) -> Bool {
        switch value {
        case .object(let own):
            guard let row = try? mapping.applied(to: own, at: source) else { return false }
            return (try? format(of: row)) != nil
        case .array(let messages): return messages.first?.isMessage ?? false
        case .null, .boolean, .integer, .number, .string: return false
        }
    }
}

extension JSONValue {
    /// Whether it is not empty.
    var holdsSomething: Bool {
        switch self {
        case .null: false
        case .string(let text): !text.isEmpty
        case .array(let values): !values.isEmpty
        case .object(let object): !object.members.isEmpty
        case .boolean, .integer, .number: true
        }
    }
}
