internal import CKernels
internal import Tensors

/// The gated half of a feed-forward network through SiLU, times the other half.
struct GatedActivation: Sendable {
    let workers: Workers
    let F: Int

    /// out = silu(gate) * up, all (T, F).
    func forward(_ out: Floats, gate: Floats, up: Floats, T: Int) {
        workers.forEachRowTile(T) { rows in
            let start = rows.lowerBound * F
            wb_swiglu(out + start, gate + start, up + start, rows.count * F)
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
            wb_swiglu_backward(
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
