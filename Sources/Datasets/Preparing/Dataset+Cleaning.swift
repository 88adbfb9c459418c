import ChatTemplates
import JSON
import Platform
import Tokenizers

extension Dataset {
    /// The rows with cleaned texts; rows that become empty are removed.
    ///
    /// In conversations, contents and reasoning are cleaned; tool calls are unchanged.
    ///
    /// - Throws: `DatasetError.Code.empty` when no row is left; `CancellationError` when cancelled.
    public func cleaned(
        _ cleaning: TextCleaning,
        isCancelled: () -> Bool = { false }
    ) throws -> (dataset: Dataset, step: DatasetStep) {
        var cleaner = TextCleaner(cleaning)
        var changed = 0
        var emptied = 0
        func clean(_ records: [Record]) throws -> [Record] {
            try records.compactMap { record in
                if isCancelled() { throw CancellationError() }
                let before = cleaner.changeCount
                let cleaned = record.with(cleaner.clean(record.content))
                if cleaner.changeCount != before { changed += 1 }
                guard !cleaned.isEmpty else {
                    emptied += 1
                    return nil
                }
                return cleaned
            }
        }
        let dataset = with(training: try clean(training), heldOut: try clean(heldOut))
        guard !dataset.training.isEmpty else {
            throw DatasetError(.empty, "cleaning leaves no row of \(name)")
        }
        let counts = TextCleaning.Rule.allCases.filter(cleaning.rules.contains).map {
            DatasetStep.Count($0.rawValue, cleaner.counts[$0, default: 0])
        }
        let rows = [DatasetStep.Count("rows changed", changed)]
        let gone = emptied > 0 ? [DatasetStep.Count("rows emptied and removed", emptied)] : []
        return (dataset, DatasetStep(.clean, cleaning.description, rows + gone + counts))
    }
}

extension Record {
    /// Whether it is an empty document.
    fileprivate var isEmpty: Bool {
        guard case .text(let text) = content else { return false }
        return text.unicodeScalars.allSatisfy(\.properties.isWhitespace)
    }
}

extension TextCleaner {
    /// The cleaned content of a row.
    fileprivate mutating func clean(_ content: Record.Content) -> Record.Content {
        switch content {
        case .text(let text): return .text(clean(text))
        case .conversation(let dialogue) where dialogue.isPlain:
            let messages = dialogue.messages.map {
                Message(role: $0.role, content: clean($0.content))
            }
            return .conversation(Conversation(messages))
        case .conversation(let dialogue):
            let objects = dialogue.objects.map { object in
                var message = JSONObject()
                for (name, value) in object.members {
                    _ = message.insert(clean(value, named: name), named: name)
                }
                return message
            }
            return .conversation(dialogue.with(objects: objects))
        }
    }

    private mutating func clean(_ value: JSONValue, named name: JSONName) -> JSONValue {
        let texts: Set<JSONName> = ["content", "reasoning_content", "reasoning", "thinking"]
        guard texts.contains(name), case .string(let text) = value else { return value }
        return .string(clean(text))
    }
}
