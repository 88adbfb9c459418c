internal import CKernels
internal import ModelFiles
internal import Tensors

/// Attention with a running softmax: scores exist for 64 queries and 64 keys at a time.
///
/// Products are in bfloat16, sums in float32; a single query is
/// computed in float32.
final class FastAttention: AttentionOperator, @unchecked Sendable {
    // @unchecked because of the memory: each worker uses its own part, or the
    // rows of its tile.

    private static let queryBlock = 64
    /// Keys that one worker reads for a single query.
    static let keyBlock = 256

    let configuration: ModelConfiguration
    let shape: wb_attention_shape
    let workers: Workers
    private let scratch: AlignedMemory  // (workers, scratchBytes)
    private let scratchBytes: Int
    /// The blocks of keys whose results `partial` has room for.
    let partCapacity: Int
    let partial: FloatBuffer  // (parts, H, D + 2)
    private let headGradients: FloatBuffer  // two: (T, H*D)

    /// - Parameters:
    ///   - tokenCapacity: The maximum number of tokens of a backward pass; 0 if there is none.
    ///   - longestSequence: The maximum length of a sequence in it.
    init(
        _ configuration: ModelConfiguration,
        workers: Workers,
        keyCapacity: Int,
        tokenCapacity: Int,
        longestSequence: Int
    ) {
        self.configuration = configuration
        shape = Self.shape(configuration)
        self.workers = workers
        scratchBytes = Self.scratchBytes(shape, longestSequence: longestSequence)
        scratch = AlignedMemory(byteCount: workers.count * scratchBytes)
        partCapacity = Self.partCapacity(keyCapacity: keyCapacity)
        partial = FloatBuffer(count: Self.partialCount(shape, keyCapacity: keyCapacity))
        headGradients = FloatBuffer(count: 2 * tokenCapacity * Int(shape.H * shape.D))
    }

    /// The bytes that such an operator needs.
    static func byteCount(
        _ configuration: ModelConfiguration,
        threads: Int,
        keyCapacity: Int,
        tokenCapacity: Int,
        longestSequence: Int
    ) -> Int {
        let shape = shape(configuration)
        let floats =
            partialCount(shape, keyCapacity: keyCapacity)
            + 2 * tokenCapacity * Int(shape.H * shape.D)
        return threads * scratchBytes(shape, longestSequence: longestSequence) + 4 * floats
    }

    private static func shape(_ configuration: ModelConfiguration) -> wb_attention_shape {
        wb_attention_shape(
            H: configuration.headCount,
            K: configuration.keyValueHeadCount,
            D: configuration.headWidth,
            window: configuration.slidingWindow ?? 0,
            scale: configuration.attentionScale,
            cap: configuration.softCaps.scores ?? 0
        )
    }

    private static func scratchBytes(_ shape: wb_attention_shape, longestSequence: Int) -> Int {
        var shape = shape
        let decoding = 4 * keyBlock * (4 + 2 * shape.D)
        let bytes = max(
            wb_attention_scratch_bytes(&shape, queryBlock, false),
            longestSequence > 0 ? wb_attention_scratch_bytes(&shape, longestSequence, true) : 0,
            decoding
        )
        return (bytes + 63) / 64 * 64
    }

    private static func partialCount(_ shape: wb_attention_shape, keyCapacity: Int) -> Int {
        partCapacity(keyCapacity: keyCapacity) * shape.H * (shape.D + 2)
    }

    /// The blocks of the longest sequence, or of many short ones.
    private static func partCapacity(keyCapacity: Int) -> Int {
        max((keyCapacity + keyBlock - 1) / keyBlock, 64)
    }

    private func shape(_ layer: Int) -> wb_attention_shape {
        var shape = shape
        shape.window = configuration.window(layer) ?? 0
        return shape
    }

    func scratch(of worker: Int) -> UnsafeMutableRawPointer {
        scratch.pointer + worker * scratchBytes
    }

    func forward(
        _ out: Floats,
        logSums: Floats?,
        query: Floats,
        key: Floats,
        value: Floats,
        layer: Int,
        segments: [Segment]
    ) {
        let contexts = segments.map {
            AttentionContext($0, layer, key: key, value: value, configuration)
        }
        decode(out, query, segments, contexts, layer: layer)
        let blocks: [(segment: Int, rows: Range<Int>)] = segments.indices.flatMap { index in
            let segment = segments[index]
            if segment.isDecoded { return [] as [(Int, Range<Int>)] }
            let tiles = Tiles(segment.rows.count, by: Self.queryBlock)
            return (0..<tiles.count).map { (index, tiles[$0]) }
        }
        let K = shape.K
        let layerShape = shape(layer)
        workers.run(tiles: blocks.count * K) { tile, worker in
            var shape = layerShape
            let (index, rows) = blocks[tile / K]
            let (segment, context) = (segments[index], contexts[index])
            let head = tile % K
            let first = segment.rows.lowerBound + rows.lowerBound
            wb_attention_forward(
                out + first * shape.H * shape.D,
                logSums.map { $0 + first * shape.H },
                &shape,
                query + first * shape.H * shape.D,
                context.keys(head),
                context.values(head),
                context.type.rawValue,
                context.rowStride,
                context.blocks,
                head,
                rows.count,
                segment.firstPosition + rows.lowerBound,
                scratch(of: worker)
            )
        }
    }

    func backward(
        dquery: Floats,
        dkey: Floats,
        dvalue: Floats,
        dout: Floats,
        saved: AttentionState,
        layer: Int,
        segments: [Segment]
    ) {
        let (H, K, D) = (shape.H, shape.K, shape.D)
        let T = segments.last?.rows.upperBound ?? 0
        let dkeys = headGradients.pointer  // (T, H*D)
        let dvalues = headGradients.pointer + headGradients.count / 2  // (T, H*D)
        // The longest sequences start first.
        let order = segments.sorted { $0.rows.count > $1.rows.count }
        let layerShape = shape(layer)
        workers.run(tiles: order.count * H) { tile, worker in
            var shape = layerShape
            let rows = order[tile / H].rows
            let head = tile % H
            let (wide, narrow) = (rows.lowerBound * H * D, rows.lowerBound * K * D)
            for t in rows {
                let start = t * H * D + head * D
                (dkeys + start).update(repeating: 0, count: D)
                (dvalues + start).update(repeating: 0, count: D)
            }
            wb_attention_backward(
                dquery + wide,
                dkeys + wide,
                dvalues + wide,
                dout + wide,
                saved.attended + wide,
                saved.logSums + rows.lowerBound * H,
                &shape,
                saved.query + wide,
                saved.key + narrow,
                saved.value + narrow,
                head,
                rows.count,
                scratch(of: worker)
            )
        }
        workers.forEachRowTile(T) { rows in
            for (parts, sum) in [(dkeys, dkey), (dvalues, dvalue)] {
                for t in rows {
                    for head in 0..<H {
                        let target = sum + t * K * D + head / (H / K) * D
                        let part = parts + t * H * D + head * D
                        if head % (H / K) == 0 {
                            target.update(from: part, count: D)
                        } else {
                            wb_add_scaled(target, 1, part, D)
                        }
                    }
                }
            }
        }
    }
}
