import ChatTemplates
import JSON
import Tokenizers

/// The rules that check only texts.
enum TextLint {
    static func check(
        _ record: Record,
        as row: LintFinding.Row,
        _ findings: inout LintCollector
    ) {
        if record.hasEmptyAnswer {
            findings.note(
                .emptyAnswer,
                in: row,
                "an answer of the assistant is empty",
                excerpt: record.excerpt
            )
        }
        let unread = Set(record.unread).sorted()
        if !unread.isEmpty {
            findings.note(
                .unreadMember,
                in: row,
                "messages have members that are not read: \(unread.listed)",
                kind: unread.joined(separator: " "),
                excerpt: record.excerpt
            )
        }
        var marks = TextMarks()
        for text in record.texts { marks.look(at: text) }
        if let text = marks.decomposed {
            findings.note(
                .decomposedHangul,
                in: row,
                "Hangul is written in single jamo (NFD)",
                excerpt: text.excerpt
            )
        }
        if let text = marks.lost {
            findings.note(
                .lostText,
                in: row,
                "a replacement character (U+FFFD) stands for lost text",
                excerpt: text.excerpt
            )
        }
        for secret in marks.secrets {
            findings.note(
                .secret,
                in: row,
                "a text looks like \(secret.kind)",
                kind: secret.kind,
                excerpt: secret.masked
            )
        }
        if record.messages != nil, marks.byteCount > DatasetLint.longRow {
            findings.note(
                .longRow,
                in: row,
                "conversations have more than \(DatasetLint.longRow / 1000) kB",
                excerpt: record.excerpt
            )
        }
    }
}

/// Characters in a row's texts that no text should contain.
private struct TextMarks {
    private(set) var decomposed: String?
    private(set) var lost: String?
    private(set) var secrets: [Secret] = []
    private(set) var byteCount = 0

    mutating func look(at text: String) {
        var text = text
        byteCount += text.utf8.count
        let (hasJamo, hasReplacement) = text.withUTF8 { bytes in
            var (hasJamo, hasReplacement) = (false, false)
            var index = 0
            while index + 2 < bytes.count {
                // U+1100 to U+11FF, which NFC joins to syllables, and U+FFFD.
                if bytes[index] == 0xE1, 0x84...0x87 ~= bytes[index + 1] { hasJamo = true }
                if bytes[index] == 0xEF, bytes[index + 1] == 0xBF, bytes[index + 2] == 0xBD {
                    hasReplacement = true
                }
                index += 1
            }
            return (hasJamo, hasReplacement)
        }
        if hasJamo, decomposed == nil { decomposed = text }
        if hasReplacement, lost == nil { lost = text }
        for secret in SecretFinder.secrets(in: text)
        where !secrets.contains(where: { $0.kind == secret.kind }) {
            secrets.append(secret)
        }
    }
}

extension Record {
    /// Whether some message of the assistant has no text and calls no tool.
    fileprivate var hasEmptyAnswer: Bool {
        guard case .conversation(let dialogue) = content else { return false }
        let messages = dialogue.messages
        return messages.indices.contains { index in
            messages[index].isByAssistant
                && messages[index].content.unicodeScalars.allSatisfy(\.properties.isWhitespace)
                && (dialogue.isPlain || dialogue.objects[index]["tool_calls"] == nil)
        }
    }
}
