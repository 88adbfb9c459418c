internal import CKernels
internal import Tensors

extension FastProducts {
    /// One term with an adapter, and its parts of the shared buffers.
    struct Adapted {
        let index: Int
        let term: ProjectionTerm
        let low: ProjectionTerm.LowRank
        let dInner: Floats  // (T, R)
        let dy16: Bfloat16s  // (T, N)
    }

    func backward(
        _ terms: [ProjectionTerm],
        dx: Floats?,
        x: ConstFloats,
        T: Int,
        K: Int,
        innerGradient: [Floats]
    ) {
        var next = dy16
        let gradients16 = terms.map { term in
            if let given = term.gradient16 { return given }
            defer { next += T * even(term.N) }
            return (rows: next, stride: even(term.N))
        }
        let adapted = terms.enumerated().compactMap { index, term in
            term.lowRank.map {
                Adapted(
                    index: index,
                    term: term,
                    low: $0,
                    dInner: innerGradient[index],
                    dy16: gradients16[index].rows
                )
            }
        }
        workers.forEachRowTile(T) { rows in
            for (term, target) in zip(terms, gradients16) where needs16(term) {
                let N = term.N
                wb_to_bfloat16(
                    target.rows + rows.lowerBound * even(N),
                    even(N),
                    term.y + rows.lowerBound * N,
                    N,
                    1,
                    rows.count,
                    N
                )
            }
        }
        projectGradientDown(adapted, T: T)
        accumulate(adapted, x: x, T: T, K: K)
        accumulateWeights(terms, x: x, T: T, K: K)
        if let dx { addInputGradient(terms, gradients16, adapted, dx, T: T, K: K) }
    }

    /// Whether the backward pass reads dy in bfloat16, and it is not there yet.
    private func needs16(_ term: ProjectionTerm) -> Bool {
        term.gradient16 == nil && (formats.backward == .bfloat16 || term.lowRank != nil)
    }

    /// dInner = scale·dy·B, and with it the saved inner activations, in columns.
    private func projectGradientDown(_ adapted: [Adapted], T: Int) {
        let tokenTiles = Tiles(T, by: Self.thinTile)
        workers.run(tiles: tokenTiles.count * adapted.count) { tile, worker in
            let tokens = tokenTiles[tile / adapted.count]
            let part = adapted[tile % adapted.count]
            let (N, R) = (part.term.N, part.low.rank)
            let scratch = scratch(of: worker)
            let panels = scratch.panels.assumingMemoryBound(to: UInt16.self)
            let dInner = part.dInner + tokens.lowerBound * R
            wb_bf16_panels_of_columns(
                panels,
                part.low.b,
                ElementType.f32.rawValue,
                R * 4,
                0,
                R,
                N
            )
            wb_bf16_matrix(
                dInner,
                R,
                part.dy16 + tokens.lowerBound * even(N),
                even(N),
                panels,
                false,
                tokens.count,
                R,
                N
            )
            let dInner16 = dInner16[part.index] + tokens.lowerBound * even(R)
            wb_to_bfloat16(dInner16, even(R), dInner, R, part.low.scale, tokens.count, R)
            let inner = part.low.inner + tokens.lowerBound * R
            wb_to_bfloat16(scratch.rows16, even(R), inner, R, part.low.scale, tokens.count, R)
            transpose(dInner16, into: dInnerColumns[part.index], tokens: tokens, R: R, T: T)
            transpose(scratch.rows16, into: innerColumns[part.index], tokens: tokens, R: R, T: T)
        }
    }

    /// Writes rows (tokens, R) as columns of (R, T); an odd T is padded.
    private func transpose(
        _ rows: Bfloat16s,
        into columns: Bfloat16s,
        tokens: Range<Int>,
        R: Int,
        T: Int
    ) {
        for r in 0..<R {
            let column = columns + r * even(T)
            for (i, t) in tokens.enumerated() { column[t] = rows[i * even(R) + r] }
            if tokens.upperBound == T, T != even(T) { column[T] = 0 }
        }
    }

    /// dB += scale·dyᵀ·inner and dA += dInnerᵀ·x.
    private func accumulate(_ adapted: [Adapted], x: ConstFloats, T: Int, K: Int) {
        let width = 2 * Self.columnTile
        let outputs = adapted.map { Tiles($0.term.N, by: width) }
        let outputTiles = outputs.reduce(0) { $0 + $1.count }
        let inputs = Tiles(K, by: width)
        guard !adapted.isEmpty else { return }
        workers.run(tiles: outputTiles + inputs.count) { tile, worker in
            let scratch = scratch(of: worker)
            if tile < outputTiles {
                let (index, place) = locate(tile, in: outputs)
                accumulateB(adapted[index], outputs[index][place], T: T, scratch)
            } else {
                let columns = inputs[tile - outputTiles]
                accumulateA(adapted, columns, x: x, T: T, K: K, scratch)
            }
        }
    }

    private func accumulateB(_ part: Adapted, _ outputs: Range<Int>, T: Int, _ scratch: Scratch) {
        guard let dB = part.low.gradient?.dB else { return }
        let (N, R) = (part.term.N, part.low.rank)
        let panels = scratch.panels.assumingMemoryBound(to: UInt16.self)
        wb_bf16_panels_of_columns(
            panels,
            part.dy16,
            ElementType.bf16.rawValue,
            even(N) * 2,
            outputs.lowerBound,
            outputs.count,
            T
        )
        wb_bf16_matrix(  // dBᵀ
            scratch.rows,
            outputs.count,
            innerColumns[part.index],
            even(T),
            panels,
            false,
            R,
            outputs.count,
            T
        )
        for (i, n) in outputs.enumerated() {
            for r in 0..<R { dB[n * R + r] += scratch.rows[r * outputs.count + i] }
        }
    }

    private func accumulateA(
        _ adapted: [Adapted],
        _ columns: Range<Int>,
        x: ConstFloats,
        T: Int,
        K: Int,
        _ scratch: Scratch
    ) {
        let panels = scratch.panels.assumingMemoryBound(to: UInt16.self)
        let f32 = ElementType.f32.rawValue
        var arePacked = false
        for part in adapted {
            guard let dA = part.low.gradient?.dA else { continue }
            if let dropout = part.low.dropout {
                for t in 0..<T {
                    dropout.apply(
                        scratch.rows + t * columns.count,
                        x + t * K + columns.lowerBound,
                        row: t,
                        column: columns.lowerBound,
                        columns: columns.count,
                        width: K
                    )
                }
                wb_bf16_panels_of_columns(
                    panels,
                    scratch.rows,
                    f32,
                    columns.count * 4,
                    0,
                    columns.count,
                    T
                )
            } else if !arePacked {
                wb_bf16_panels_of_columns(
                    panels,
                    x,
                    f32,
                    K * 4,
                    columns.lowerBound,
                    columns.count,
                    T
                )
                arePacked = true
            }
            wb_bf16_matrix(
                dA + columns.lowerBound,
                K,
                dInnerColumns[part.index],
                even(T),
                panels,
                true,
                part.low.rank,
                columns.count,
                T
            )
        }
    }

    /// dW += dyᵀ·x.
    private func accumulateWeights(_ terms: [ProjectionTerm], x: ConstFloats, T: Int, K: Int) {
        guard terms.contains(where: { $0.weightGradient != nil }) else { return }
        let width = 2 * Self.columnTile
        let inputs = Tiles(K, by: width)
        let outputs = terms.map { Tiles($0.N, by: Self.rowBlock) }
        let blocks = outputs.reduce(0) { $0 + $1.count }
        transpose(terms, T: T)
        workers.run(tiles: inputs.count * blocks) { tile, worker in
            let columns = inputs[tile / blocks]
            let (index, place) = locate(tile % blocks, in: outputs)
            guard let dW = terms[index].weightGradient else { return }
            let rows = outputs[index][place]
            let panels = scratch(of: worker).panels.assumingMemoryBound(to: UInt16.self)
            wb_bf16_panels_of_columns(
                panels,
                x,
                ElementType.f32.rawValue,
                K * 4,
                columns.lowerBound,
                columns.count,
                T
            )
            let first = terms[..<index].reduce(0) { $0 + $1.N } + rows.lowerBound
            wb_bf16_matrix(
                dW + rows.lowerBound * K + columns.lowerBound,
                K,
                dyColumns + first * even(T),
                even(T),
                panels,
                true,
                rows.count,
                columns.count,
                T
            )
        }
    }

    /// Writes each term's dy, (T, N), as columns of (N, T) in bfloat16.
    private func transpose(_ terms: [ProjectionTerm], T: Int) {
        let outputs = terms.map { Tiles($0.N, by: Self.thinTile) }
        workers.run(tiles: outputs.reduce(0) { $0 + $1.count }) { tile, _ in
            let (index, place) = locate(tile, in: outputs)
            let rows = outputs[index][place]
            let first = terms[..<index].reduce(0) { $0 + $1.N } + rows.lowerBound
            wb_to_bfloat16_columns(
                dyColumns + first * even(T),
                even(T),
                terms[index].y + rows.lowerBound,
                terms[index].N,
                T,
                rows.count
            )
        }
    }
}
