import ChatTemplates
import Crypto
import JSON
import Platform
import Tokenizers

/// Digests of the content of rows, independent of their files.
///
/// Two datasets have the same digest if they contain the same messages or documents, byte for byte,
/// in the same order and the same parts. The spelling of the JSON, line ends, file names, members
/// that are not trained on and the format do not count; tool calls and weights do. Every string is
/// preceded by its length in bytes (eight, little-endian), so that no two contents are encoded
/// alike.
enum ContentDigest {
    /// The digest of a dataset, 64 hex digits.
    static func hex(training: [Record], heldOut: [Record]) -> String {
        var hash = SHA256()
        hash.add("workbench dataset 1")
        for (part, records) in [("training", training), ("held-out", heldOut)] {
            hash.add(part)
            hash.add(count: records.count)
            for record in records { hash.add(record) }
        }
        return hexadecimal(hash.finalize())
    }

    /// A number in [0, 1) that depends only on the question, so that a split never separates rows
    /// with the same question.
    static func place(of record: Record) -> Double {
        var hash = SHA256()
        hash.add("workbench split 1")
        hash.addQuestion(of: record)
        return hash.place
    }

    /// A number in [0, 1) that depends only on these texts.
    static func place(of texts: [String]) -> Double {
        var hash = SHA256()
        hash.add("workbench split 2")
        for text in texts { hash.add(text) }
        return hash.place
    }

    /// A key equal for the same texts.
    static func key(of texts: [String]) -> SHA256.Digest {
        var hash = SHA256()
        for text in texts { hash.add(text) }
        return hash.finalize()
    }

    /// A key equal for rows of the same content.
    static func key(of record: Record) -> SHA256.Digest {
        var hash = SHA256()
        hash.add(record)
        return hash.finalize()
    }
}

extension SHA256 {
    /// The digest as a number in [0, 1).
    fileprivate var place: Double {
        let bits = finalize().prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Double(bits >> 11) / 0x1p53
    }

    fileprivate mutating func add(_ record: Record) {
        switch record.content {
        case .conversation(let dialogue) where dialogue.isPlain: add(dialogue.messages[...])
        case .conversation(let dialogue): add(dialogue)
        case .text(let text): add(document: text)
        }
    }

    /// A conversation with more than roles and contents: all its members, and what is not learnt.
    private mutating func add(_ dialogue: Conversation) {
        add("dialogue")
        for part in [dialogue.objects.map(JSONValue.object), dialogue.tools ?? []] {
            add(count: part.count)
            for value in part { add(bytes: value.bytes) }
        }
        let unlearnt = dialogue.unlearnt.sorted()
        add(count: unlearnt.count)
        for place in unlearnt { add(count: place) }
    }

    fileprivate mutating func addQuestion(of record: Record) {
        switch record.content {
        case .conversation: add(record.prompt ?? [])
        case .text(let text): add(document: text)
        }
    }

    private mutating func add(_ messages: ArraySlice<Message>) {
        add("conversation")
        add(count: messages.count)
        for message in messages {
            add(message.role)
            add(message.content)
        }
    }

    private mutating func add(document text: String) {
        add("text")
        add(text)
    }

    mutating func add(_ string: String) {
        var string = string
        string.withUTF8 { bytes in
            add(count: bytes.count)
            update(bufferPointer: UnsafeRawBufferPointer(bytes))
        }
    }

    private mutating func add(bytes: [UInt8]) {
        add(count: bytes.count)
        bytes.withUnsafeBytes { update(bufferPointer: $0) }
    }

    fileprivate mutating func add(count: Int) {
        withUnsafeBytes(of: UInt64(count).littleEndian) { update(bufferPointer: $0) }
    }
}
