internal import CKernels
internal import Tensors

/// Root mean square normalization: each row divided by its root mean square, times a weight.
///
/// Weights that a folder stores less 1, as Gemma's, have it added when the model is opened.
struct Normalization: Sendable {
    let workers: Workers
    /// Added to the mean square.
    let epsilon: Float

    /// out = x / rms(x) * weight for T rows; `factor`, (T), gets 1 / rms(x).
    func forward(_ out: Floats, _ factor: Floats, _ x: Floats, _ weight: Weight, T: Int) {
        workers.forEachRowTile(T) { forward(out, factor, x, weight, rows: $0) }
    }

    /// The same for some rows, on this thread.
    func forward(_ out: Floats, _ factor: Floats, _ x: Floats, _ weight: Weight, rows: Range<Int>) {
        let C = weight.columns
        let start = rows.lowerBound
        wb_rms_norm(
            out + start * C,
            factor + start,
            x + start * C,
            weight.floats,
            epsilon,
            rows.count,
            C
        )
    }

    /// Adds the gradients of T rows, whose outputs' are `dout`, to dx, and that of the weight to
    /// `weightGradient`, if it is trained.
    func backward(
        _ dx: Floats,
        _ dout: Floats,
        _ x: Floats,
        _ weight: Weight,
        _ factor: Floats,
        T: Int,
        weightGradient: Floats?
    ) {
        let C = weight.columns
        if let weightGradient {
            let columns = Tiles(C, by: 64)
            workers.run(tiles: columns.count) { tile, _ in
                let start = columns[tile].lowerBound
                wb_rms_norm_weight_backward(
                    weightGradient + start,
                    dout + start,
                    x + start,
                    factor,
                    T,
                    columns[tile].count,
                    C
                )
            }
        }
        workers.forEachRowTile(T) { rows in
            let start = rows.lowerBound
            wb_rms_norm_backward(
                dx + start * C,
                dout + start * C,
                x + start * C,
                weight.floats,
                factor + start,
                rows.count,
                C
            )
        }
    }
}
