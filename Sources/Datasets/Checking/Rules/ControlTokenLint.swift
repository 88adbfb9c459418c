import ChatTemplates
import JSON
import Tokenizers

/// Control tokens that texts spell out: unless a template wrote them, they are learnt as letters.
struct ControlTokenLint {
    private struct Found {
        var rows: [LintFinding.Row] = []
        var names: [String] = []
        var excerpt = ""

        mutating func add(_ row: LintFinding.Row, _ tokens: [Range<Int>], in bytes: [UInt8]) {
            guard let first = tokens.first else { return }
            if rows.isEmpty {
                var start = max(0, first.lowerBound - 24)
                while bytes[start] & 0xC0 == 0x80 { start += 1 }
                excerpt = String(decoding: bytes[start...].prefix(400), as: UTF8.self).excerpt
            }
            // One row may have several texts.
            if rows.last != row { rows.append(row) }
            for token in tokens {
                let name = String(decoding: bytes[token], as: UTF8.self)
                if !names.contains(name) { names.append(name) }
            }
        }
    }

    /// Turn markers in the templates of common models.
    private static let marks = [
        "<|im_start|>", "<|im_end|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>",
        "<start_of_turn>", "<end_of_turn>", "[INST]", "[/INST]", "<|user|>", "<|assistant|>",
        "<|system|>", "<|end|>", "<|endoftext|>", "<|begin_of_text|>", "<|end_of_text|>", "</s>",
        "<<SYS>>", "<eos>",
    ]

    private let tokenizer: Tokenizer
    private let templateSource: [UInt8]
    /// The markers that the model lacks.
    private let foreign: [[UInt8]]
    /// Tokens that begin or end something, others of the model, and those of other models.
    private var structural = Found()
    private var further = Found()
    private var others = Found()

    init(_ renderer: ExampleRenderer) {
        tokenizer = renderer.tokenizer
        let source = Array((renderer.template?.source ?? "").utf8)
        templateSource = source
        // Some templates write their turn markers as text.
        foreign = Self.marks.map { Array($0.utf8) }.filter { mark in
            renderer.tokenizer.id(of: mark) == nil && !source.contains(mark)
        }
    }

    /// Checks the texts of a row.
    mutating func check(_ record: Record, as row: LintFinding.Row) {
        for text in record.texts + record.thoughts {
            let bytes = Array(text.utf8)
            let tokens = tokenizer.spelledControlTokens(in: bytes)
            structural.add(row, tokens.filter { isStructural($0.id) }.map(\.range), in: bytes)
            further.add(row, tokens.filter { !isStructural($0.id) }.map(\.range), in: bytes)
            others.add(row, foreignMarks(in: bytes), in: bytes)
        }
    }

    /// Adds the findings.
    func finish(_ findings: inout LintCollector) {
        let parts = [
            (structural, "control tokens are spelled out, and would be learnt as letters"),
            (further, "texts spell out control tokens of the model"),
            (others, "texts spell out control tokens of other models, which this model lacks"),
        ]
        for (number, (found, what)) in parts.enumerated() {
            for row in found.rows {
                findings.note(
                    .controlToken,
                    in: row,
                    "\(what): \(found.names.listed)",
                    kind: "\(number)",
                    excerpt: found.excerpt,
                    isBlocking: number == 0
                )
            }
        }
    }

    /// Whether a token begins or ends texts or turns, or cannot be anything else by its form.
    ///
    /// `<filename>` may occur in any text about commands.
    private func isStructural(_ id: Int32) -> Bool {
        let ends = tokenizer.endTokens.union(tokenizer.opening + tokenizer.closing)
        if ends.contains(id) || id == tokenizer.bos || id == tokenizer.endOfText { return true }
        let name = tokenizer.bytes(of: id)
        if !name.isEmpty, templateSource.contains(name) { return true }
        let isTag =
            name.first == UInt8(ascii: "<") && name.last == UInt8(ascii: ">")
            && name.dropFirst().dropLast().allSatisfy { byte in
                "_/-".utf8.contains(byte) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                    || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
            }
        return !isTag
    }

    private func foreignMarks(in bytes: [UInt8]) -> [Range<Int>] {
        guard !foreign.isEmpty else { return [] }
        return bytes.indices.compactMap { place in
            guard bytes[place] == UInt8(ascii: "<") || bytes[place] == UInt8(ascii: "[") else {
                return nil
            }
            let mark = foreign.first { bytes[place...].starts(with: $0) }
            return mark.map { place..<place + $0.count }
        }
    }
}

extension Record {
    /// The assistant's reasoning before its answer.
    fileprivate var thoughts: [String] {
        guard case .conversation(let dialogue) = content, !dialogue.isPlain else { return [] }
        return dialogue.objects.flatMap { message in
            ["reasoning_content", "reasoning", "thinking"].compactMap { name in
                if case .string(let text)? = message[name] { text } else { nil }
            }
        }
    }
}
