internal import CKernels
internal import ModelFiles
internal import Tensors

/// Attention of the next tokens of conversations, in float32.
extension FastAttention {
    /// Below this number of keys one thread is faster than several.
    private static let sharedKeys = 64

    /// A segment of one row.
    private struct DecodedQuery {
        let row: Int
        let context: AttentionContext
        /// The first key that it sees.
        let firstKey: Int
        let keyCount: Int
        /// The places of its blocks of keys in `partial`.
        let parts: Range<Int>
    }

    /// The segments of one row: the keys of each are read in blocks, whose results are merged in order.
    func decode(
        _ out: Floats,
        _ query: Floats,
        _ segments: [Segment],
        _ contexts: [AttentionContext],
        layer: Int
    ) {
        var queries: [DecodedQuery] = []
        for (segment, context) in zip(segments, contexts) where segment.isDecoded {
            let seen = min(segment.firstPosition + 1, configuration.window(layer) ?? .max)
            let count = (seen + Self.keyBlock - 1) / Self.keyBlock
            if (queries.last?.parts.upperBound ?? 0) + count > partCapacity {
                decode(out, query, queries)
                queries.removeAll(keepingCapacity: true)
            }
            let first = queries.last?.parts.upperBound ?? 0
            queries.append(
                DecodedQuery(
                    row: segment.rows.lowerBound,
                    context: context,
                    firstKey: segment.firstPosition + 1 - seen,
                    keyCount: seen,
                    parts: first..<first + count
                )
            )
        }
        decode(out, query, queries)
    }

    private func decode(_ out: Floats, _ query: Floats, _ queries: [DecodedQuery]) {
        guard let last = queries.last else { return }
        let K = shape.K
        let owners = queries.indices.flatMap { repeatElement($0, count: queries[$0].parts.count) }
        func attend(tile: Int, worker: Int) {
            let (part, head) = (tile / K, tile % K)
            let one = queries[owners[part]]
            read(one, part, head, query, scratch: scratch(of: worker))
            if one.parts.count == 1 { merge(out, one, heads: headRange(head)) }
        }
        let tiles = last.parts.upperBound * K
        if queries.reduce(0, { $0 + $1.keyCount }) < Self.sharedKeys {
            for tile in 0..<tiles { attend(tile: tile, worker: 0) }
        } else {
            workers.runInRanges(tiles: tiles, attend)
        }
        for one in queries where one.parts.count > 1 { merge(out, one, heads: 0..<shape.H) }
    }

    /// The query heads of a key head.
    private func headRange(_ head: Int) -> Range<Int> {
        let group = shape.H / shape.K
        return head * group..<(head + 1) * group
    }

    private func read(
        _ one: DecodedQuery,
        _ part: Int,
        _ head: Int,
        _ query: Floats,
        scratch: UnsafeMutableRawPointer
    ) {
        var shape = shape
        let (H, D) = (shape.H, shape.D)
        let first = (part - one.parts.lowerBound) * Self.keyBlock
        wb_attention_decode(
            partial.pointer + (part * H + headRange(head).lowerBound) * (D + 2),
            &shape,
            query + one.row * H * D,
            one.context.keys(head),
            one.context.values(head),
            one.context.type.rawValue,
            one.context.rowStride,
            one.context.blocks,
            head,
            one.firstKey + first,
            min(Self.keyBlock, one.keyCount - first),
            scratch.assumingMemoryBound(to: Float.self)
        )
    }

    private func merge(_ out: Floats, _ one: DecodedQuery, heads: Range<Int>) {
        let (H, D) = (shape.H, shape.D)
        let parts = partial.pointer + one.parts.lowerBound * H * (D + 2)
        for head in heads {
            wb_attention_merge(
                out + (one.row * H + head) * D,
                parts + head * (D + 2),
                D,
                H * (D + 2),
                one.parts.count
            )
        }
    }
}
