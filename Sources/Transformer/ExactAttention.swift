internal import CKernels
internal import Glibc
internal import ModelFiles
internal import Tensors

/// Attention in float32: scores exist for one head and a block of queries at
/// a time, in scratch memory of the worker that computes them.
final class ExactAttention: AttentionOperator, @unchecked Sendable {
    // @unchecked because of `scratch`: each worker uses its own part.

    private static let queryBlock = 64

    private let configuration: ModelConfiguration
    private let H: Int
    private let K: Int
    private let D: Int
    private let workers: Workers
    private let keyCapacity: Int
    private let softCap: SoftCap
    private let scoreCount: Int
    private let scratch: FloatBuffer  // (workers, 2 or 3, queryBlock, keyCapacity)
    private let gathered: FloatBuffer  // (workers, 2, keyCapacity, D), where a cache is read

    /// - Parameter readsCache: Whether segments may have earlier keys and values.
    init(
        _ configuration: ModelConfiguration,
        workers: Workers,
        keyCapacity: Int,
        readsCache: Bool
    ) {
        self.configuration = configuration
        H = configuration.headCount
        K = configuration.keyValueHeadCount
        D = configuration.headWidth
        self.workers = workers
        self.keyCapacity = keyCapacity
        softCap = configuration.scoreCap
        scoreCount = Self.scoreCount(configuration, keyCapacity)
        scratch = FloatBuffer(count: workers.count * scoreCount)
        gathered = FloatBuffer(
            count: readsCache ? workers.count * 2 * keyCapacity * configuration.headWidth : 0
        )
    }

    /// The floats that a worker needs.
    static func scratchCount(
        _ configuration: ModelConfiguration,
        keyCapacity: Int,
        readsCache: Bool
    ) -> Int {
        scoreCount(configuration, keyCapacity)
            + (readsCache ? 2 * keyCapacity * configuration.headWidth : 0)
    }

    /// Probabilities and their gradients; scores too, where those are capped.
    private static func scoreCount(_ configuration: ModelConfiguration, _ keyCapacity: Int) -> Int {
        (configuration.softCaps.scores == nil ? 2 : 3) * queryBlock * keyCapacity
    }

    /// The scale of scores in their softmax; 1 if they were scaled when they were capped.
    private var softmaxScale: Float { softCap.cap == nil ? softCap.scale : 1 }

    private func scratch(of worker: Int) -> Floats {
        scratch.pointer + worker * scoreCount
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
        let window = configuration.window(layer)
        let blocks = segments.map { Tiles($0.rows.count, by: Self.queryBlock) }
        for (segment, blocks) in zip(segments, blocks) {
            let context = AttentionContext(segment, layer, key: key, value: value, configuration)
            workers.run(tiles: blocks.count * H) { tile, worker in
                let head = tile % H
                let rows = blocks[tile / H]
                let first = segment.rows.lowerBound + rows.lowerBound
                let keyHead = head / (H / K)
                let scores = scratch(of: worker)
                let room = gathered.pointer + worker * 2 * keyCapacity * D
                let end = segment.firstPosition + rows.upperBound
                let keys = context.gather(context.keys(keyHead), count: end, into: room)
                let values = context.gather(
                    context.values(keyHead),
                    count: end,
                    into: room + keyCapacity * D
                )
                let seen = probabilities(
                    scores,
                    query + first * H * D + head * D,
                    keys,
                    rowStride: context.rowStride,
                    rows: rows,
                    firstPosition: segment.firstPosition,
                    window: window
                )
                BLAS.multiply(
                    out + first * H * D + head * D,
                    ldc: H * D,
                    scores,
                    lda: seen,
                    values,
                    ldb: context.rowStride,
                    m: rows.count,
                    n: D,
                    k: seen
                )
            }
        }
    }

    /// Writes softmax(cap(scale·q·kᵀ)) for a block of rows and returns how many keys its last row
    /// sees; `capped` receives the capped scores, if scores are capped.
    private func probabilities(
        _ scores: Floats,
        _ query: Floats,
        _ key: ConstFloats,
        rowStride: Int,
        rows: Range<Int>,
        firstPosition: Int,
        window: Int?,
        capped: Floats? = nil
    ) -> Int {
        let seen = firstPosition + rows.upperBound
        BLAS.multiply(
            scores,
            ldc: seen,
            query,
            lda: H * D,
            key,
            ldb: rowStride,
            transposeB: true,
            m: rows.count,
            n: seen,
            k: D
        )
        for (i, row) in rows.enumerated() {
            let end = firstPosition + row + 1
            let begin = max(0, end - (window ?? end))
            let scores = scores + i * seen
            scores.update(repeating: 0, count: begin)
            if softCap.cap != nil {
                softCap.forward(scores + begin, count: end - begin)
                capped.map { $0 + i * seen }?.update(from: scores, count: end)
            }
            wb_softmax(scores + begin, softmaxScale, end - begin, seen - begin)
        }
        return seen
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
        let (query, key, value) = (saved.query, saved.key, saved.value)
        let group = H / K
        let window = configuration.window(layer)
        let count = (segments.last?.rows.upperBound ?? 0) * K * D * MemoryLayout<Float>.stride
        memset(dkey, 0, count)
        memset(dvalue, 0, count)
        workers.run(tiles: segments.count * K) { tile, worker in
            let segment = segments[tile / K]
            let start = segment.rows.lowerBound
            let columns = start * K * D + (tile % K) * D
            let blocks = Tiles(segment.rows.count, by: Self.queryBlock)
            let p = scratch(of: worker)
            let dp = p + Self.queryBlock * keyCapacity
            let capped = softCap.cap == nil ? nil : dp + Self.queryBlock * keyCapacity
            for head in (tile % K) * group..<(tile % K + 1) * group {
                for block in 0..<blocks.count {
                    let rows = blocks[block]
                    let place = (start + rows.lowerBound) * H * D + head * D
                    let seen = probabilities(
                        p,
                        query + place,
                        key + columns,
                        rowStride: K * D,
                        rows: rows,
                        firstPosition: 0,
                        window: window,
                        capped: capped
                    )
                    BLAS.multiply(  // dv += pᵀ·dout
                        dvalue + columns,
                        ldc: K * D,
                        p,
                        lda: seen,
                        transposeA: true,
                        dout + place,
                        ldb: H * D,
                        m: seen,
                        n: D,
                        k: rows.count,
                        beta: 1
                    )
                    BLAS.multiply(  // dp = dout·vᵀ
                        dp,
                        ldc: seen,
                        dout + place,
                        lda: H * D,
                        value + columns,
                        ldb: K * D,
                        transposeB: true,
                        m: rows.count,
                        n: seen,
                        k: D
                    )
                    for i in 0..<rows.count {
                        wb_softmax_backward(dp + i * seen, p + i * seen, softmaxScale, seen)
                        if let capped {
                            softCap.backward(
                                dp + i * seen,
                                capped + i * seen,
                                count: rows.lowerBound + i + 1
                            )
                        }
                    }
                    BLAS.multiply(  // dq = ds·k
                        dquery + place,
                        ldc: H * D,
                        dp,
                        lda: seen,
                        key + columns,
                        ldb: K * D,
                        m: rows.count,
                        n: D,
                        k: seen
                    )
                    BLAS.multiply(  // dk += dsᵀ·q
                        dkey + columns,
                        ldc: K * D,
                        dp,
                        lda: seen,
                        transposeA: true,
                        query + place,
                        ldb: H * D,
                        m: seen,
                        n: D,
                        k: rows.count,
                        beta: 1
                    )
                }
            }
        }
    }
}
