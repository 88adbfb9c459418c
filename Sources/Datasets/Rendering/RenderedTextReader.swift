import ChatTemplates
import JSON
import Synchronization
import Tokenizers

/// Recognizes texts that a model's own chat template wrote, and which of their bytes it wrote.
///
/// The template's text between messages is learnt from conversations that it renders. A text is
/// split at it, and counts as rendered only if the template writes exactly that text for the
/// messages found.
final class RenderedTextReader: Sendable {
    private let template: ChatTemplate
    private let bos: [UInt8]
    private let eos: [UInt8]
    /// The template's own text, learnt on first use.
    private let borders = Mutex<TurnBorders?>(nil)

    init(template: ChatTemplate, tokenizer: Tokenizer) {
        self.template = template
        bos = tokenizer.bos.map(tokenizer.bytes(of:)) ?? []
        eos = tokenizer.eos.map(tokenizer.bytes(of:)) ?? []
    }

    /// The text with the origin of its bytes; nil for one that the template does not write.
    ///
    /// The token that begins a text may be missing, as may white space at the end. If several
    /// conversations match, the one with the shortest messages is used, since it attributes the
    /// most text to the template.
    func chat(of text: [UInt8]) -> RenderedChat? {
        var best: (chat: RenderedChat, said: Int)?
        for messages in learnt().conversations(in: text) {
            let said = messages.reduce(0) { $0 + $1.content.utf8.count }
            if let best, best.said <= said { continue }
            for start in starts {
                guard let chat = render(messages, bos: start) else { continue }
                let missing = chat.bytes.dropFirst(text.count)
                if chat.bytes.starts(with: text), missing.allSatisfy(\.isSpace) {
                    best = (chat.prefix(text.count), said)
                    break
                }
            }
        }
        return best?.chat
    }

    /// The possible beginnings of a rendering.
    private var starts: [[UInt8]] { bos.isEmpty ? [[]] : [[], bos] }

    private func render(_ messages: [Message], bos: [UInt8]) -> RenderedChat? {
        try? template.render(
            messages,
            addingGenerationPrompt: false,
            bosToken: bos,
            eosToken: eos
        )
    }

    private func learnt() -> TurnBorders {
        borders.withLock { borders in
            if let borders { return borders }
            var learnt = TurnBorders()
            for turns in 1...3 {
                for hasSystem in [false, true] {
                    for isAsked in [false, true] {
                        let probe = TurnBorders.probe(turns, hasSystem, endsAsking: isAsked)
                        for start in starts {
                            guard let chat = render(probe, bos: start) else { continue }
                            learnt.learn(from: chat, of: probe)
                        }
                    }
                }
            }
            borders = learnt
            return learnt
        }
    }
}

/// The template's text before, between and after messages, by the roles on both sides.
private struct TurnBorders {
    /// The roles at both sides of a border; nil at the ends of the text.
    private struct Sides: Hashable {
        let before: String?
        let behind: String?
    }

    private var texts: [Sides: Set<[UInt8]>] = [:]

    /// A conversation whose messages no template confuses with anything else.
    static func probe(_ turns: Int, _ hasSystem: Bool, endsAsking: Bool) -> [Message] {
        var roles = hasSystem ? ["system"] : []
        for _ in 0..<turns { roles += ["user", "assistant"] }
        if endsAsking { roles.removeLast() }
        return roles.enumerated().map { Message(role: $1, content: "Probe\($0)x") }
    }

    mutating func learn(from chat: RenderedChat, of messages: [Message]) {
        var end = 0
        var before: String?
        var found: [(Sides, [UInt8])] = []
        for (index, message) in messages.enumerated() {
            let said = Array(message.content.utf8)
            guard
                let span = chat.spans.first(where: {
                    $0.message == index && $0.field == .content && $0.range.lowerBound >= end
                }), chat.bytes[span.range].elementsEqual(said)
            else { return }
            let sides = Sides(before: before, behind: message.role)
            found.append((sides, Array(chat.bytes[end..<span.range.lowerBound])))
            end = span.range.upperBound
            before = message.role
        }
        found.append((Sides(before: before, behind: nil), Array(chat.bytes[end...])))
        for (sides, text) in found { texts[sides, default: []].insert(text) }
    }

    /// The messages whose rendering a text may be, for each of its possible beginnings.
    func conversations(in text: [UInt8]) -> [[Message]] {
        texts.filter { $0.key.before == nil }
            .flatMap { sides, starts in starts.map { (sides.behind, $0) } }
            .filter { !$0.1.isEmpty && text.starts(with: $0.1) }
            .sorted { ($1.1.count, $0.0 ?? "") < ($0.1.count, $1.0 ?? "") }
            .compactMap { role, start in role.map { messages(in: text, from: start.count, $0) } }
    }

    private func messages(in text: [UInt8], from start: Int, _ role: String) -> [Message] {
        var messages: [Message] = []
        var (role, begin) = (role, start)
        while true {
            let next = nextBorder(in: text, from: begin, behind: role)
            let end = next?.range.lowerBound ?? self.end(of: text, from: begin, behind: role)
            let content = String(decoding: text[begin..<end], as: UTF8.self)
            messages.append(Message(role: role, content: content))
            guard let next else { return messages }
            (role, begin) = (next.role, next.range.upperBound)
        }
    }

    /// The first position at which another message follows; of several borders there the longest.
    private func nextBorder(
        in text: [UInt8],
        from start: Int,
        behind role: String
    ) -> (role: String, range: Range<Int>)? {
        let borders = texts.filter { $0.key.before == role }.flatMap { sides, texts in
            sides.behind.map { behind in texts.map { (behind, $0) } } ?? []
        }
        .filter { !$0.1.isEmpty }
        .sorted { ($1.1.count, $0.0) < ($0.1.count, $1.0) }
        for place in start..<text.count {
            for (behind, border) in borders where text[place...].starts(with: border) {
                return (behind, place..<place + border.count)
            }
        }
        return nil
    }

    /// The end of the last message, before the template's text after it, ignoring white space.
    private func end(of text: [UInt8], from start: Int, behind role: String) -> Int {
        let ends = texts[Sides(before: role, behind: nil)] ?? []
        let whole = text.count - text.reversed().prefix(while: \.isSpace).count
        for border in ends.sorted(by: { $0.count > $1.count }) {
            let marks = border.count - border.reversed().prefix(while: \.isSpace).count
            guard marks > 0, whole - marks >= start else { continue }
            if text[(whole - marks)..<whole].elementsEqual(border[..<marks]) {
                return whole - marks
            }
        }
        return text.count
    }
}

extension UInt8 {
    fileprivate var isSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}

extension RenderedChat {
    /// The first bytes, with their origins.
    fileprivate func prefix(_ count: Int) -> RenderedChat {
        guard count < bytes.count else { return self }
        let kept = spans.filter { $0.range.lowerBound < count }.map { span in
            Span(
                range: span.range.lowerBound..<min(span.range.upperBound, count),
                message: span.message,
                field: span.field
            )
        }
        return RenderedChat(bytes: Array(bytes[..<count]), spans: kept)
    }
}
