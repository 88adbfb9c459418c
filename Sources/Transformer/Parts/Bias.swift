internal import CKernels
internal import Tensors

/// A bias that is added to each row.
struct Bias: Sendable {
    let workers: Workers

    /// y += bias for T rows.
    func forward(_ y: Floats, _ bias: Weight, T: Int) {
        let N = bias.columns
        workers.forEachRowTile(T) { rows in
            for row in rows { wb_add_scaled(y + row * N, 1, bias.floats, N) }
        }
    }

    /// Adds the gradient of a bias, the sum of its outputs' over the tokens, if it is trained.
    func backward(_ gradient: Floats?, _ dout: Floats, T: Int, width: Int) {
        guard let gradient else { return }
        let columns = Tiles(width, by: 64)
        workers.run(tiles: columns.count) { tile, _ in
            let start = columns[tile].lowerBound
            wb_add_rows(gradient + start, dout + start, T, columns[tile].count, width)
        }
    }
}
