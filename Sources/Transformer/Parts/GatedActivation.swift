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
    private let forward: Forward
    private let backward: Backward

    init(_ activation: Architecture.Activation, workers: Workers, F: Int) {
        self.workers = workers
        self.F = F
        switch activation {
        case .silu:
            forward = { wb_swiglu($0, $1, $2, $3) }
            backward = { wb_swiglu_backward($0, $1, $2, $3, $4, $5) }
        case .geluTanh:
            forward = { wb_geglu($0, $1, $2, $3) }
            backward = { wb_geglu_backward($0, $1, $2, $3, $4, $5) }
        }
    }

    /// out = activation(gate) * up, all (T, F).
    func forward(_ out: Floats, gate: Floats, up: Floats, T: Int) {
        workers.forEachRowTile(T) { rows in
            let start = rows.lowerBound * F
            forward(out + start, gate + start, up + start, rows.count * F)
        }
    }

    /// dgate and dup are written.
    func backward(
        dgate: Floats,
        dup: Floats,
        dout: Floats,
        gate: Floats,
        up: Floats,
        T: Int
    ) {
        workers.forEachRowTile(T) { rows in
            let start = rows.lowerBound * F
            backward(
                dgate + start,
                dup + start,
                dout + start,
                gate + start,
                up + start,
                rows.count * F
            )
        }
    }
}
