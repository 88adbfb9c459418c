internal import CKernels
internal import ModelFiles
internal import Tensors

/// The gated half of a feed-forward network through SiLU or GELU, times the other half.
struct GatedActivation: Sendable {
    private typealias Forward = @Sendable (Floats, ConstFloats, ConstFloats, Int) -> Void
    private typealias Backward =
        @Sendable (Floats, Floats, ConstFloats, ConstFloats, ConstFloats, Int) -> Void

    private let workers: Workers
    private let F: Int
    private let room: FloatBuffer  // (workers, 2, F)
    private let forward: Forward
    private let backward: Backward

    init(_ activation: Architecture.Activation, workers: Workers, F: Int) {
        self.workers = workers
        self.F = F
        room = FloatBuffer(count: workers.count * 2 * F)
        switch activation {
        case .silu:
            forward = { wb_swiglu($0, $1, $2, $3) }
            backward = { wb_swiglu_backward($0, $1, $2, $3, $4, $5) }
        case .geluTanh:
            forward = { wb_geglu($0, $1, $2, $3) }
            backward = { wb_geglu_backward($0, $1, $2, $3, $4, $5) }
        }
    }

    /// Some rows of out = activation(gate) * up, all (T, F), on this thread; where something is kept,
    /// it is written.
    ///
    /// A row at a time stays in the first cache.
    func forward(_ out: Floats, _ saved: LayerActivations, rows: Range<Int>) {
        for row in rows {
            let (gate, up) = (saved.gate + row * F, saved.up + row * F)
            forward(out + row * F, gate, up, F)
            guard let kept = saved.kept else { continue }
            let start = row * even(F)
            wb_to_bfloat16(kept.gate + start, even(F), gate, F, 1, 1, F)
            wb_to_bfloat16(kept.up + start, even(F), up, F, 1, 1, F)
        }
    }

    /// The same result from what was kept, in the backward pass.
    func forwardAgain(_ out: Floats, _ saved: LayerActivations, T: Int) {
        forEachRow(saved, T) { start, gate, up, count in
            forward(out + start, gate, up, count)
        }
    }

    /// dgate and dup are written.
    func backward(dgate: Floats, dup: Floats, dout: Floats, _ saved: LayerActivations, T: Int) {
        forEachRow(saved, T) { start, gate, up, count in
            backward(dgate + start, dup + start, dout + start, gate, up, count)
        }
    }

    /// Calls `body` with the places of rows, and with their gate and up, until all are done.
    private func forEachRow(
        _ saved: LayerActivations,
        _ T: Int,
        _ body: (_ start: Int, _ gate: Floats, _ up: Floats, _ count: Int) -> Void
    ) {
        let tiles = Tiles(T, by: 16)
        workers.run(tiles: tiles.count) { tile, worker in
            let rows = tiles[tile]
            guard let kept = saved.kept else {
                let start = rows.lowerBound * F
                return body(start, saved.gate + start, saved.up + start, rows.count * F)
            }
            let (gate, up) = (room.pointer + 2 * worker * F, room.pointer + (2 * worker + 1) * F)
            for row in rows {
                wb_dequantize(gate, kept.gate + row * even(F), ElementType.bf16.rawValue, F)
                wb_dequantize(up, kept.up + row * even(F), ElementType.bf16.rawValue, F)
                body(row * F, gate, up, F)
            }
        }
    }
}
