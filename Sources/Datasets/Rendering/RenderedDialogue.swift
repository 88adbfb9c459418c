import ChatTemplates
import Platform
import Tokenizers

/// A conversation as the model reads it, with the origin of its text.
struct RenderedDialogue {
    let chat: RenderedChat
    /// The tokens, (T).
    let ids: [Int32]
    /// Whether each is learnt, (T).
    let isTarget: [Bool]
}

extension ExampleRenderer {
    /// Renders a conversation, which may have nothing to learn.
    ///
    /// - Throws: `DatasetError.Code.template` if there is no template or it refuses the row.
    func rendered(_ dialogue: Conversation, source: RecordSource) throws -> RenderedDialogue {
        guard let template else {
            throw DatasetError(
                .template,
                "the model has no chat template, so conversations cannot be rendered",
                hint: "use an instruct model, or a dataset of plain text"
            )
        }
        let chat: RenderedChat
        var targets: [Range<Int>]
        do {
            (chat, targets) = try template.renderForTraining(
                dialogue,
                bosToken: tokenizer.bos.map(tokenizer.bytes(of:)) ?? [],
                eosToken: tokenizer.eos.map(tokenizer.bytes(of:)) ?? []
            )
        } catch {
            throw DatasetError(.template, at: source, "the chat template refuses the row: \(error)")
        }
        if !dialogue.unlearnt.isEmpty {
            targets.removeAll { target in
                chat.message(at: target.lowerBound).map(dialogue.unlearnt.contains) ?? false
            }
        }
        let encoded = tokenizer.encode(chat)
        return RenderedDialogue(
            chat: chat,
            ids: encoded.ids,
            isTarget: Self.marks(encoded.ranges, within: targets)
        )
    }

    /// Marks the tokens whose bytes begin inside a target; never the first.
    ///
    /// - Parameters:
    ///   - tokens: The bytes of each token, ascending, (T).
    ///   - targets: The bytes to learn, ascending.
    static func marks(_ tokens: [Range<Int>], within targets: [Range<Int>]) -> [Bool] {
        var target = targets.startIndex
        return tokens.enumerated().map { index, token in
            while target < targets.endIndex, targets[target].upperBound <= token.lowerBound {
                target += 1
            }
            guard index > 0, target < targets.endIndex else { return false }
            return targets[target].contains(token.lowerBound)
        }
    }
}

extension RenderedChat {
    /// The message that a byte was written for.
    fileprivate func message(at byte: Int) -> Int? {
        var (low, high) = (0, spans.count)
        while low < high {
            let middle = (low + high) / 2
            if spans[middle].range.upperBound <= byte { low = middle + 1 } else { high = middle }
        }
        return low < spans.count ? spans[low].message : nil
    }
}
