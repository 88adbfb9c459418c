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
    private let owner: FloatBuffer

    init(values: UnsafeBufferPointer<Float>, rows: [Range<Int>], owner: FloatBuffer) {
        self.values = values
        self.rows = rows
        self.owner = owner
    }
}

extension InferencePass {
    /// Reads the tokens of several conversations and appends them to their caches.
    ///
    /// A piece of a prompt, the next token of many conversations and a text to be scored are all
    /// parts. A weight is read once for all next tokens, once for all short pieces and once for all
    /// long ones, and each adapter's products are over its own rows. A part's bits do not depend on
    /// the others: in `exact` precision it is multiplied as if it were alone, in `fast` its own length
    /// decides the arithmetic.
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
        let starts = try run(parts, isCancelled)
        let wanted = zip(parts, starts).map { part, start in
            let end = start + part.tokens.count
            return switch part.logits {
            case .none: end..<end
            case .last: end - 1..<end
            case .all: start..<end
            }
        }
        let rows = wanted.flatMap(\.self)
        precondition(rows.count <= maxScoredTokens, "\(rows.count) tokens to be scored")
        var next = 0
        let places = wanted.map { part in
            defer { next += part.count }
            return next..<next + part.count
        }
        let V = forward.model.configuration.vocabularySize
        let logits = room(rows: rows.count)
        if !rows.isEmpty { project(gathered(rows), into: logits.pointer, groups: places) }
        return StepLogits(
            values: UnsafeBufferPointer(start: logits.pointer, count: rows.count * V),
            rows: places,
            owner: logits
        )
    }

    /// Memory for the logits of some rows; that of as many as are decoded together is kept.
    private func room(rows: Int) -> FloatBuffer {
        let V = forward.model.configuration.vocabularySize
        if rows * V <= output.count { return output }
        let buffer = FloatBuffer(count: rows * V)
        if rows <= FastProducts.vectorsAtOnce { output = buffer }
        return buffer
    }

    /// Some rows of the last layer's output, one after the other.
    private func gathered(_ rows: [Int]) -> Floats {
        let C = forward.model.configuration.width
        if zip(rows, rows.dropFirst()).allSatisfy({ $0 + 1 == $1 }) {
            return out.pointer + rows[0] * C
        }
        // The layers are done, so their input's memory is free.
        for (place, row) in rows.enumerated() {
            (activations.x + place * C).update(from: out.pointer + row * C, count: C)
        }
        return activations.x
    }

    /// Runs the layers; `out` holds the last one's output.
    ///
    /// Rows with the same arithmetic are together: first the parts of one token.
    ///
    /// - Returns: The first row of each part.
    @discardableResult
    func run(_ parts: [StepPart], _ isCancelled: () -> Bool) throws -> [Int] {
        let order = Self.order(parts)
        let ordered = order.map { parts[$0] }
        let starts = try runInOrder(ordered, isCancelled)
        var result = starts
        for (place, part) in order.enumerated() { result[part] = starts[place] }
        return result
    }

    /// The parts ordered by their arithmetic, then as they are.
    private static func order(_ parts: [StepPart]) -> [Int] {
        let arithmetics = parts.map { RowArithmetic(pieceOf: $0.tokens.count) }
        return [RowArithmetic.vector, .shortPiece, .longPiece].flatMap { arithmetic in
            parts.indices.filter { arithmetics[$0] == arithmetic }
        }
    }

    private func runInOrder(_ parts: [StepPart], _ isCancelled: () -> Bool) throws -> [Int] {
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
        return segments.map(\.rows.lowerBound)
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
