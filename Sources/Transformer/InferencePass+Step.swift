internal import CKernels
internal import ModelFiles
internal import Platform
internal import Tensors

/// One conversation's part in a step: tokens that follow those in its cache.
public struct StepPart {
    /// The tokens whose logits are computed.
    public enum Wanted: Sendable {
        /// No token.
        case none
        /// The last one.
        case last
        /// All of them.
        case all
    }

    /// The new tokens, at least one.
    public var tokens: [Int32]
    /// The conversation so far, made with the same adapter; each part has its own.
    public var cache: KeyValueCache
    /// The adapter in use; nil for the base model.
    public var adapter: LoRA?
    /// The tokens whose logits are computed.
    public var logits: Wanted

    /// A part of a step.
    public init(tokens: [Int32], cache: KeyValueCache, adapter: LoRA?, logits: Wanted) {
        self.tokens = tokens
        self.cache = cache
        self.adapter = adapter
        self.logits = logits
    }
}

/// The logits of a step, valid until the next one.
public struct StepLogits {
    /// (rows, V): the logits of the parts, in order.
    public let values: UnsafeBufferPointer<Float>
    /// The rows of each part.
    public let rows: [Range<Int>]
    /// The owner of the memory, if that is not the pass.
    private let owner: FloatBuffer?

    init(values: UnsafeBufferPointer<Float>, rows: [Range<Int>], owner: FloatBuffer?) {
        self.values = values
        self.rows = rows
        self.owner = owner
    }
}

extension InferencePass {
    /// Reads the tokens of several conversations and appends them to their caches.
    ///
    /// A piece of a prompt, the next token of many conversations and a text to be scored are all
    /// parts. A weight is read once for all of them, and each adapter's products are over its own
    /// rows. In `exact` precision a part is multiplied as if it were alone, so that its bits do not
    /// depend on the others.
    ///
    /// - Parameters:
    ///   - parts: With at most `tokenCapacity` tokens together, and logits for at most
    ///     `maxScoredTokens`.
    ///   - isCancelled: Asked before every layer; a cancelled step leaves the caches' counts as
    ///     they were.
    /// - Throws: `CancellationError`; `TransformerError` for an unknown token, a full cache or a
    ///   pool without room.
    public func step(
        _ parts: [StepPart],
        isCancelled: () -> Bool = { false }
    ) throws -> StepLogits {
        try run(parts, isCancelled)
        let wanted = wantedRows(parts)
        let rows = wanted.flatMap(\.self)
        precondition(rows.count <= maxScoredTokens, "\(rows.count) tokens to be scored")
        var next = 0
        let places = wanted.map { part in
            defer { next += part.count }
            return next..<next + part.count
        }
        let V = forward.model.configuration.vocabularySize
        let room = rows.count > 1 ? FloatBuffer(count: rows.count * V) : nil
        let logits = room ?? output
        if let first = rows.first, let last = rows.last {
            let C = forward.model.configuration.width
            var source = out.pointer + first * C
            if last - first + 1 != rows.count {
                // The layers are done, so their input's memory is free.
                for (place, row) in rows.enumerated() {
                    (activations.x + place * C).update(from: out.pointer + row * C, count: C)
                }
                source = activations.x
            }
            project(source, into: logits.pointer, groups: places.filter { !$0.isEmpty })
        }
        return StepLogits(
            values: UnsafeBufferPointer(start: logits.pointer, count: rows.count * V),
            rows: places,
            owner: room
        )
    }

    /// For each part, the rows of the step whose logits are computed.
    private func wantedRows(_ parts: [StepPart]) -> [Range<Int>] {
        var next = 0
        return parts.map { part in
            defer { next += part.tokens.count }
            let end = next + part.tokens.count
            return switch part.logits {
            case .none: end..<end
            case .last: end - 1..<end
            case .all: next..<end
            }
        }
    }

    /// Runs the layers; `out` holds the last one's output.
    func run(_ parts: [StepPart], _ isCancelled: () -> Bool) throws {
        let tokens = parts.count == 1 ? parts[0].tokens : parts.flatMap(\.tokens)
        let T = tokens.count
        precondition(T >= 1 && T <= tokenCapacity, "\(T) tokens, room for \(tokenCapacity)")
        try forward.model.check(tokens)
        var segments: [Segment] = []
        for part in parts {
            try check(part)
            let start = segments.last?.rows.upperBound ?? 0
            segments.append(
                Segment(
                    rows: start..<start + part.tokens.count,
                    firstPosition: part.cache.count,
                    cache: part.cache
                )
            )
        }
        do {
            for part in parts { try part.cache.reserve(part.cache.count + part.tokens.count) }
        } catch {
            // Blocks that the first ones reserved are released.
            for part in parts { part.cache.truncate(to: part.cache.count) }
            throw error
        }
        let groups = RowGroup.groups(
            zip(segments, parts).map { ($0.rows, $1.adapter) },
            merges: precision == .fast
        )
        let C = forward.model.configuration.width
        try forward.model.pool.holdingBackgroundBack {
            forward.setPositions(segments)
            forward.embedding.forward(tokens, into: activations.x)
            for layer in 0..<forward.model.layers.count {
                if isCancelled() { throw CancellationError() }
                forward.layer(
                    layer,
                    activations,
                    out: out.pointer,
                    T: T,
                    segments: segments,
                    groups: groups
                )
                activations.x.update(from: out.pointer, count: T * C)
            }
        }
        for part in parts { part.cache.advance(to: part.cache.count + part.tokens.count) }
    }

    private func check(_ part: StepPart) throws {
        let cache = part.cache
        precondition(!part.tokens.isEmpty, "a part without tokens")
        precondition(
            part.adapter.map { $0.shape.rank <= rank } ?? true,
            "the adapter's rank is larger"
        )
        precondition(cache.precision == precision, "the cache belongs to another precision")
        precondition(cache.capacity <= contextLength, "the cache is longer than the pass allows")
        let limit = min(cache.capacity, forward.model.configuration.contextLength)
        guard cache.count + part.tokens.count <= limit else {
            throw TransformerError(
                .contextTooLong,
                "The conversation needs \(cache.count + part.tokens.count) tokens, the limit is "
                    + "\(limit).",
                hint: "start a new conversation or shorten the prompt"
            )
        }
    }
}
