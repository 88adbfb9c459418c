internal import CKernels
internal import Tensors

extension FastProducts {
    /// dx = dy·W + dInner·A, summed over the terms in their order.
    func addInputGradient(
        _ terms: [ProjectionTerm],
        _ gradients16: [(rows: Bfloat16s, stride: Int)],
        _ adapted: [Adapted],
        _ dx: Floats,
        T: Int,
        K: Int
    ) {
        let tokenTiles = Tiles(T, by: Self.tokenTile)
        let inputs = Tiles(K, by: Self.gradientTile)
        // A long product is split into several jobs, so that an answer does not wait for all of it.
        let rowsInJob = 8 * Self.rowBlock
        for first in stride(from: 0, to: terms.map(\.N).max() ?? 0, by: rowsInJob) {
            workers.run(tiles: tokenTiles.count * inputs.count) { tile, worker in
                let tokens = tokenTiles[tile / inputs.count]
                let columns = inputs[tile % inputs.count]
                let out = dx + tokens.lowerBound * K + columns.lowerBound
                let scratch = scratch(of: worker)
                for (index, (term, dy16)) in zip(terms, gradients16).enumerated() {
                    addProduct(
                        out,
                        term,
                        (dy16.rows + tokens.lowerBound * dy16.stride, dy16.stride),
                        firstToken: tokens.lowerBound,
                        rows: min(first, term.N)..<min(first + rowsInJob, term.N),
                        columns,
                        tokens.count,
                        adds: first > 0 || index > 0,
                        scratch
                    )
                }
                guard first == 0 else { return }
                for part in adapted {
                    addLowRank(out, part, tokens: tokens, columns: columns, K: K, scratch)
                }
            }
        }
    }

    private func addProduct(
        _ out: Floats,
        _ term: ProjectionTerm,
        _ dy16: (rows: Bfloat16s, stride: Int),
        firstToken: Int,
        rows: Range<Int>,
        _ columns: Range<Int>,
        _ T: Int,
        adds: Bool,
        _ scratch: Scratch
    ) {
        guard !rows.isEmpty else { return }
        guard formats.backward == .bfloat16 else {
            return addFloat32Product(
                out,
                term,
                firstToken: firstToken,
                rows: rows,
                columns,
                T,
                adds: adds,
                scratch
            )
        }
        let panels = scratch.panels.assumingMemoryBound(to: UInt16.self)
        for row in stride(from: rows.lowerBound, to: rows.upperBound, by: Self.rowBlock) {
            let count = min(Self.rowBlock, rows.upperBound - row)
            wb_bf16_panels_of_columns(
                panels,
                term.weight.row(row),
                term.weight.type.rawValue,
                term.weight.rowByteCount,
                columns.lowerBound,
                columns.count,
                count
            )
            wb_bf16_matrix(
                out,
                term.weight.columns,
                dy16.rows + row,
                dy16.stride,
                panels,
                adds || row > rows.lowerBound,
                T,
                columns.count,
                count
            )
        }
    }

    private func addFloat32Product(
        _ out: Floats,
        _ term: ProjectionTerm,
        firstToken: Int,
        rows: Range<Int>,
        _ columns: Range<Int>,
        _ T: Int,
        adds: Bool,
        _ scratch: Scratch
    ) {
        let panels = scratch.panels.assumingMemoryBound(to: Float.self)
        let (weight, dy) = (term.weight, term.y + firstToken * term.N)
        for row in stride(from: rows.lowerBound, to: rows.upperBound, by: Self.rowBlock) {
            let count = min(Self.rowBlock, rows.upperBound - row)
            wb_f32_panels_of_columns(
                panels,
                weight.row(row),
                weight.type.rawValue,
                weight.rowByteCount,
                columns.lowerBound,
                columns.count,
                count
            )
            wb_f32_matrix(
                out,
                weight.columns,
                dy + row,
                term.N,
                panels,
                adds || row > rows.lowerBound,
                T,
                columns.count,
                count
            )
        }
    }

    private func addLowRank(
        _ out: Floats,
        _ part: Adapted,
        tokens: Range<Int>,
        columns: Range<Int>,
        K: Int,
        _ scratch: Scratch
    ) {
        let R = part.low.rank
        let panels = scratch.panels.assumingMemoryBound(to: UInt16.self)
        let dInner16 = dInner16[part.index] + tokens.lowerBound * even(R)
        wb_bf16_panels_of_columns(
            panels,
            part.low.a,
            ElementType.f32.rawValue,
            K * 4,
            columns.lowerBound,
            columns.count,
            R
        )
        guard let dropout = part.low.dropout else {
            wb_bf16_matrix(
                out,
                K,
                dInner16,
                even(R),
                panels,
                true,
                tokens.count,
                columns.count,
                R
            )
            return
        }
        wb_bf16_matrix(
            scratch.rows,
            columns.count,
            dInner16,
            even(R),
            panels,
            false,
            tokens.count,
            columns.count,
            R
        )
        for (i, t) in tokens.enumerated() {
            let row = scratch.rows + i * columns.count
            dropout.apply(
                row,
                row,
                row: t,
                column: columns.lowerBound,
                columns: columns.count,
                width: K
            )
            wb_add_scaled(out + i * K, 1, row, columns.count)
        }
    }
}
