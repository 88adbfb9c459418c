/// A conversation as the text that a model reads, with the origin of every byte.
public struct RenderedChat: Sendable, Equatable {
    /// The origin of bytes: a part of a message, or of the conversation.
    public enum Field: String, Sendable, Hashable, CaseIterable {
        /// A message's role.
        case role
        /// A message's content.
        case content
        /// An assistant's reasoning before its answer.
        case reasoning
        /// The tool calls of a message.
        case toolCalls
        /// A message's name, or the id of the call it answers.
        case name
        /// Any other part of a message.
        case other
        /// The offered tools.
        case tools
        /// Documents to answer from.
        case documents
        /// A variable given to the template.
        case variable
    }

    /// Bytes of one origin.
    public struct Span: Sendable, Equatable {
        /// Their range in the rendered bytes.
        public var range: Range<Int>
        /// The message that they come from, or that the template wrote them for; nil outside
        /// messages.
        public var message: Int?
        /// The part of the message that they come from; nil if the template wrote them itself.
        public var field: Field?

        /// Creates a span.
        public init(range: Range<Int>, message: Int?, field: Field?) {
            self.range = range
            self.message = message
            self.field = field
        }
    }

    /// The text.
    public let bytes: [UInt8]
    /// The origins of all bytes, in order and without gaps.
    public let spans: [Span]

    /// Creates a rendered chat whose spans cover its bytes.
    public init(bytes: [UInt8], spans: [Span]) {
        precondition(
            spans.reduce(0) { $1.range.lowerBound == $0 ? $1.range.upperBound : -1 }
                == bytes.count,
            "the spans must cover the bytes in order"
        )
        self.bytes = bytes
        self.spans = spans
    }

    /// Whether a control token is valid here: the template wrote it, with at most a role's name
    /// inside as in `<|user|>`, and no part of it comes from the text of a message or tool.
    func isWrittenByTemplate(_ range: Range<Int>) -> Bool {
        var index = spans.partitionIndex { $0.range.upperBound > range.lowerBound }
        guard index < spans.count, spans[index].field == nil else { return false }
        while index < spans.count, spans[index].range.lowerBound < range.upperBound {
            if let field = spans[index].field, field != .role { return false }
            index += 1
        }
        return true
    }
}

extension Array {
    /// The first index at which the predicate holds, given that it holds from some index on.
    func partitionIndex(where holds: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
