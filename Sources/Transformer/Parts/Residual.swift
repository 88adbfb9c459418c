internal import CKernels
internal import Tensors

/// The sum of a layer's input and its output, which some models multiply first.
struct Residual: Sendable {
    let workers: Workers
    let C: Int
    let multiplier: Float

    /// y = multiplier * y + x, both (T, C).
    func forward(_ y: Floats, _ x: Floats, T: Int) {
        workers.forEachRowTile(T) { forward(y, x, rows: $0) }
    }

    /// The same for some rows, on this thread.
    func forward(_ y: Floats, _ x: Floats, rows: Range<Int>) {
        let (start, count) = (rows.lowerBound * C, rows.count * C)
        if multiplier != 1 { wb_scale(y + start, multiplier, count) }
        wb_add_scaled(y + start, 1, x + start, count)
    }

    /// The gradient of y, given that of the sum, which is also x's.
    ///
    /// It is in `room`, (T, C), unless it equals `dout`.
    func backward(_ dout: Floats, room: Floats, T: Int) -> Floats {
        guard multiplier != 1 else { return dout }
        workers.forEachRowTile(T) { rows in
            let (start, count) = (rows.lowerBound * C, rows.count * C)
            (room + start).update(from: dout + start, count: count)
            wb_scale(room + start, multiplier, count)
        }
        return room
    }
}
