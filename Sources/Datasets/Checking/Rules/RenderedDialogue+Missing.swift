import ChatTemplates
import JSON
import Tokenizers

extension RenderedDialogue {
    /// The parts of the conversation that the template does not write, in words.
    func missing(of dialogue: Conversation) -> [String] {
        var written: Set<Int> = []
        var called: Set<Int> = []
        var hasTools = false
        for span in chat.spans {
            guard let message = span.message else {
                if span.field == .tools { hasTools = true }
                continue
            }
            switch span.field {
            case .content, .reasoning: written.insert(message)
            case .toolCalls: called.insert(message)
            default: break
            }
        }
        var missing: [String] = []
        func add(_ what: String) {
            if !missing.contains(what) { missing.append(what) }
        }
        for (place, message) in dialogue.messages.enumerated() where !written.contains(place) {
            if !message.content.unicodeScalars.allSatisfy(\.properties.isWhitespace) {
                add("messages of the role \(message.role)")
            }
        }
        guard !dialogue.isPlain else { return missing }
        for (place, message) in dialogue.objects.enumerated()
        where message["tool_calls"] != nil && !called.contains(place) {
            add("calls of tools")
        }
        if dialogue.tools?.isEmpty == false, !hasTools { add("the offered tools") }
        return missing
    }
}
