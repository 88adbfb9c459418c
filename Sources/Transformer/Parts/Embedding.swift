internal import CKernels
internal import Tensors

/// The token embedding, times a multiplier in some models.
struct Embedding: Sendable {
    let workers: Workers
    let weight: Weight  // (V, C)
    let multiplier: Float

    /// x = the tokens' embeddings, (T, C).
    func forward(_ tokens: some Collection<Int32>, into x: Floats) {
        let C = weight.columns
        for (t, token) in tokens.enumerated() {
            dequantize(x + t * C, weight, rows: Int(token)..<Int(token) + 1)
        }
        if multiplier != 1 { wb_scale(x, multiplier, tokens.count * C) }
    }

    /// Adds dx, (T, C), to the rows of the tokens in `gradient`, (V, C).
    func backward(_ tokens: [Int32], _ dx: Floats, gradient: Floats) {
        let C = weight.columns
        let columns = Tiles(C, by: 64)
        // Threads divide the columns, since a token may occur several times.
        workers.run(tiles: columns.count) { tile, _ in
            let start = columns[tile].lowerBound
            for (t, token) in tokens.enumerated() {
                let row = gradient + Int(token) * C + start
                wb_add_scaled(row, multiplier, dx + t * C + start, columns[tile].count)
            }
        }
    }
}
