internal import CKernels
internal import Tensors

extension FastProducts {
    /// A part of a term's product: some tokens times some rows of its weight.
    private struct Part {
        let weight: Weight
        let rows: Range<Int>
        let tokens: Range<Int>
        let y: Floats
        let panels: UnsafeMutableRawPointer

        var type: UInt32 { weight.type.rawValue }
        var firstRow: UnsafeRawPointer { weight.row(rows.lowerBound) }
    }

    /// - Parameter terms: The first group's, whose outputs begin at the list's first row.
    func forwardMatrix(
        _ groups: [ProductGroup],
        _ terms: [ProjectionTerm],
        x: ConstFloats,
        T: Int,
        K: Int,
        isLong: Bool
    ) {
        let tokenTiles = Tiles(T, by: Self.tokenTile)
        let widths = terms.map { Tiles($0.N, by: Self.rowTile) }
        let tilesPerBlock = widths.reduce(0) { $0 + $1.count }
        workers.run(tiles: tokenTiles.count * tilesPerBlock) { tile, worker in
            let tokens = tokenTiles[tile / tilesPerBlock]
            let (index, place) = locate(tile % tilesPerBlock, in: widths)
            let term = terms[index]
            let rows = widths[index][place]
            let part = Part(
                weight: term.weight,
                rows: rows,
                tokens: tokens,
                y: term.y + tokens.lowerBound * term.N + rows.lowerBound,
                panels: scratch(of: worker).panels
            )
            switch format(term, isLong: isLong) {
            case .int8: multiplyInt8(part, K)
            case .bfloat16: multiplyBfloat16(part, K)
            case .float32: multiplyFloat32(part, x, K)
            }
            for group in groups {
                let some = group.rows.clamped(to: tokens)
                guard let low = group.terms[index].lowRank, !some.isEmpty else { continue }
                let first = some.lowerBound - group.rows.lowerBound
                addThin(
                    group.terms[index].y + first * term.N + rows.lowerBound,
                    low,
                    inner16(index, group.rows.lowerBound) + first * even(low.rank),
                    part.panels.assumingMemoryBound(to: UInt16.self),
                    T: some.count,
                    rows: rows,
                    N: term.N
                )
            }
        }
    }

    private func multiplyInt8(_ part: Part, _ K: Int) {
        let (weight, rows, T) = (part.weight, part.rows.count, part.tokens.count)
        let start = part.tokens.lowerBound * K
        wb_int8_panels(part.panels, part.firstRow, part.type, weight.rowByteCount, rows, K)
        wb_int8_matrix(
            part.y,
            weight.rows,
            part.panels,
            part.type,
            q + start,
            scales + start / 32,
            sums + start / 16,
            T,
            rows,
            K
        )
    }

    private func multiplyBfloat16(_ part: Part, _ K: Int) {
        let (weight, rows, T) = (part.weight, part.rows.count, part.tokens.count)
        let panels = part.panels.assumingMemoryBound(to: UInt16.self)
        let input = x16 + part.tokens.lowerBound * even(K)
        wb_bf16_panels_of_rows(panels, part.firstRow, part.type, weight.rowByteCount, rows, K)
        wb_bf16_matrix(part.y, weight.rows, input, even(K), panels, false, T, rows, K)
    }

    private func multiplyFloat32(_ part: Part, _ x: ConstFloats, _ K: Int) {
        let (weight, rows, T) = (part.weight, part.rows.count, part.tokens.count)
        let panels = part.panels.assumingMemoryBound(to: Float.self)
        let input = x + part.tokens.lowerBound * K
        wb_f32_panels_of_rows(panels, part.firstRow, part.type, weight.rowByteCount, rows, K)
        wb_f32_matrix(part.y, weight.rows, input, K, panels, false, T, rows, K)
    }
}
