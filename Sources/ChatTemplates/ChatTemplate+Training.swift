import JSON

extension ChatTemplate {
    /// Renders messages together with the ranges of bytes that an assistant is trained on.
    ///
    /// For an assistant's message these are the text that the template writes for it after the
    /// generation prompt: the answer, the end of the turn, and what directly follows. If the
    /// template marks ranges itself by `{% generation %}`, those are used.
    ///
    /// - Returns: The text, and its target ranges in order, none empty and none overlapping.
    /// - Throws: `TemplateError`, naming the template's line.
    public func renderForTraining(
        _ messages: [Message],
        bosToken: [UInt8] = [],
        eosToken: [UInt8] = []
    ) throws(TemplateError) -> (chat: RenderedChat, targets: [Range<Int>]) {
        try renderForTraining(
            Conversation(messages),
            bosToken: bosToken,
            eosToken: eosToken
        )
    }

    /// Renders a conversation together with the ranges of bytes that an assistant is trained on,
    /// including its tool calls.
    ///
    /// - Returns: The text, and its target ranges in order, none empty and none overlapping.
    /// - Throws: `TemplateError`, naming the template's line.
    public func renderForTraining(
        _ conversation: Conversation,
        bosToken: [UInt8] = [],
        eosToken: [UInt8] = []
    ) throws(TemplateError) -> (chat: RenderedChat, targets: [Range<Int>]) {
        let text = try text(
            of: conversation,
            addingGenerationPrompt: false,
            bosToken: bosToken,
            eosToken: eosToken
        )
        let chat = RenderedChat(text)
        if marksGeneration { return (chat, text.generatedRanges) }

        let prompt = generationPrompt(
            after: conversation,
            rendered: text.bytes,
            bosToken: bosToken,
            eosToken: eosToken
        )
        var targets: [Range<Int>] = []
        for (index, message) in conversation.messages.enumerated()
        where message.isByAssistant {
            targets += chat.targets(ofMessage: index, generationPrompt: prompt)
        }
        targets.sort { $0.lowerBound < $1.lowerBound }
        return (chat, targets)
    }

    /// The text that the template adds for a generation prompt; empty if it adds none, refuses, or
    /// renders something different.
    private func generationPrompt(
        after conversation: Conversation,
        rendered: [UInt8],
        bosToken: [UInt8],
        eosToken: [UInt8]
    ) -> ArraySlice<UInt8> {
        func prompt(after conversation: Conversation, rendered: [UInt8]?) -> ArraySlice<UInt8> {
            func bytes(_ addingGenerationPrompt: Bool) -> [UInt8]? {
                try? text(
                    of: conversation,
                    addingGenerationPrompt: addingGenerationPrompt,
                    bosToken: bosToken,
                    eosToken: eosToken
                ).bytes
            }
            guard let short = rendered ?? bytes(false), let long = bytes(true),
                long.starts(with: short)
            else { return [] }
            return long[short.count...]
        }
        let atEnd = prompt(after: conversation, rendered: rendered)
        guard atEnd.isEmpty,
            let first = conversation.messages.firstIndex(where: \.isByAssistant), first > 0
        else { return atEnd }
        // Some templates write no prompt after an assistant's message.
        return prompt(after: conversation.prefix(first), rendered: nil)
    }
}

extension RenderedChat {
    /// The ranges of an assistant's message that are trained on.
    func targets(
        ofMessage message: Int,
        generationPrompt: ArraySlice<UInt8>
    ) -> [Range<Int>] {
        var targets: [Range<Int>] = []
        for output in outputs(ofMessage: message) {
            let start: Int
            if !targets.isEmpty {
                // The text written for the message after its answer, including that of other
                // messages between.
                start = output.lowerBound
            } else if !generationPrompt.isEmpty, bytes[output].starts(with: generationPrompt) {
                start = output.lowerBound + generationPrompt.count
            } else if let content = spans.first(where: {
                $0.range.lowerBound >= output.lowerBound && $0.message == message
                    && $0.field != nil && $0.field != .role
            }), content.range.upperBound <= output.upperBound {
                start = content.range.lowerBound
            } else {
                continue
            }
            if start < output.upperBound { targets.append(start..<output.upperBound) }
        }
        return targets
    }

    /// The contiguous ranges that were written for a message.
    private func outputs(ofMessage message: Int) -> [Range<Int>] {
        var outputs: [Range<Int>] = []
        for span in spans where span.message == message {
            if let last = outputs.last, last.upperBound == span.range.lowerBound {
                outputs[outputs.count - 1] = last.lowerBound..<span.range.upperBound
            } else {
                outputs.append(span.range)
            }
        }
        return outputs
    }
}

extension TemplateText {
    /// The contiguous ranges in `generation` blocks.
    ///
    /// Blocks of two messages are not joined.
    fileprivate var generatedRanges: [Range<Int>] {
        var ranges: [Range<Int>] = []
        var message: Int?
        var start = 0
        for run in runs {
            defer { start = run.end }
            guard run.origin.isGenerated else { continue }
            if let last = ranges.last, last.upperBound == start, message == run.origin.message {
                ranges[ranges.count - 1] = last.lowerBound..<run.end
            } else {
                ranges.append(start..<run.end)
            }
            message = run.origin.message
        }
        return ranges
    }
}
