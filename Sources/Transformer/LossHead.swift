internal import CKernels
internal import Glibc
internal import ModelFiles
internal import Tensors

/// The last norm, the output matrix and the cross entropy.
///
/// Logits exist only for rows that predict a target, and only for a chunk of
/// rows at a time: the vocabulary costs no memory of T x V.
final class LossHead: @unchecked Sendable {
    // @unchecked because of the buffers: a pass is used by one thread at a time.

    private let rowsInChunk: Int
    /// The share of a target that is spread over the vocabulary when gradients are computed.
    var labelSmoothing: Float = 0

    private let model: LanguageModel
    private let workers: Workers
    private let products: any MatrixProducts
    private let logits: FloatBuffer  // (chunk, V)
    private let rows: FloatBuffer  // (chunk, C)
    private let dRows: FloatBuffer  // (chunk, C)
    private let dNormed: FloatBuffer  // (T, C)
    private let capped: FloatBuffer  // (workers, V), where logits are capped
    private let softCap: SoftCap
    private let losses: UnsafeMutablePointer<Double>  // (chunk)

    init(_ pass: ForwardPass) {
        model = pass.model
        workers = pass.workers
        products = pass.products
        let C = model.configuration.width
        let tokenCapacity = pass.tokenCapacity
        let chunk = Self.chunk(tokenCapacity, pass.precision)
        rowsInChunk = chunk
        logits = FloatBuffer(count: chunk * model.configuration.vocabularySize)
        rows = FloatBuffer(count: chunk * C)
        dRows = FloatBuffer(count: chunk * C)
        dNormed = FloatBuffer(count: tokenCapacity * C)
        softCap = model.configuration.logitCap
        capped = FloatBuffer(
            count: softCap.cap == nil
                ? 0 : workers.count * model.configuration.vocabularySize
        )
        losses = .allocate(capacity: chunk)
        losses.initialize(repeating: 0, count: chunk)
    }

    deinit { losses.deallocate() }

    /// The number of rows whose logits exist at a time: in `fast`, where the weights are packed for
    /// each chunk, more.
    static func chunk(_ tokenCapacity: Int, _ precision: Precision) -> Int {
        min(precision == .fast ? 256 : 128, tokenCapacity)
    }

    static func floatCount(
        _ configuration: ModelConfiguration,
        tokenCapacity: Int,
        threads: Int,
        precision: Precision
    ) -> Int {
        let chunk = chunk(tokenCapacity, precision)
        let capped = configuration.softCaps.logits == nil ? 0 : threads
        return chunk * (configuration.vocabularySize + 2 * configuration.width)
            + capped * configuration.vocabularySize
            + tokenCapacity * configuration.width
    }

    /// The sum of -log p over the targets; `gradient`, (T, C), gets that of the sum / divisor.
    ///
    /// With a gradient the targets are smoothed by ``labelSmoothing``.
    ///
    /// If the model is trained, the gradients of its last two weights are added to
    /// `weightGradients`.
    func loss(
        _ batch: TokenBatch,
        last: Floats,
        factor: Floats,
        pass: ForwardPass,
        gradient: Floats?,
        weightGradients: FloatBuffer? = nil,
        divisor: Int
    ) -> Double {
        let T = batch.tokens.count
        let C = model.configuration.width
        let predicting = batch.isTarget.indices.filter { batch.isTarget[$0] }
        pass.normalization.forward(pass.normed.pointer, factor, last, model.outputNorm, T: T)
        memset(dNormed.pointer, 0, T * C * MemoryLayout<Float>.stride)
        var sum = 0.0
        for start in stride(from: 0, to: predicting.count, by: rowsInChunk) {
            let targets = predicting[start..<min(start + rowsInChunk, predicting.count)]
            sum += loss(
                targets,
                tokens: batch.tokens,
                normed: pass.normed.pointer,
                gradientScale: gradient == nil ? 0 : 1 / Float(divisor),
                weightGradient: weightGradients.flatMap { pass.weightGradient(.output, in: $0) }
            )
            guard gradient != nil else { continue }
            for (i, t) in targets.enumerated() {
                (dNormed.pointer + (t - 1) * C).update(from: dRows.pointer + i * C, count: C)
            }
        }
        if let gradient {
            memset(gradient, 0, T * C * MemoryLayout<Float>.stride)
            pass.normalization.backward(
                gradient,
                dNormed.pointer,
                last,
                model.outputNorm,
                factor,
                T: T,
                weightGradient: weightGradients.flatMap { pass.weightGradient(.outputNorm, in: $0) }
            )
        }
        return sum
    }

    /// One chunk's loss; its gradient with respect to the normed rows goes to `dRows`.
    private func loss(
        _ targets: ArraySlice<Int>,
        tokens: [Int32],
        normed: Floats,
        gradientScale: Float,
        weightGradient: Floats?
    ) -> Double {
        let C = model.configuration.width
        let V = model.configuration.vocabularySize
        for (i, t) in targets.enumerated() {
            (rows.pointer + i * C).update(from: normed + (t - 1) * C, count: C)
        }
        var term = ProjectionTerm(weight: model.head, y: logits.pointer, isSensitive: true)
        term.weightGradient = weightGradient
        products.forward([term], x: rows.pointer, T: targets.count, K: C)
        // In `fast` a row's gradient takes the first half of its place.
        let formats = (products as? FastProducts)?.formats
        let narrows =
            gradientScale != 0 && weightGradient == nil && formats?.backward == .bfloat16
        workers.run(tiles: targets.count) { i, worker in
            let target = Int(tokens[targets[targets.startIndex + i]])
            let row = logits.pointer + i * V
            softCap.forward(row, count: V)
            let kept = capped.pointer + worker * V
            if softCap.cap != nil, gradientScale != 0 { kept.update(from: row, count: V) }
            // Without a cap the logits' scale is part of the gradient's.
            let scale = gradientScale * (softCap.cap == nil ? softCap.scale : 1)
            losses[i] =
                labelSmoothing > 0 && gradientScale != 0
                ? wb_smoothed_cross_entropy(row, target, scale, labelSmoothing, V)
                : wb_cross_entropy(row, target, scale, V)
            if gradientScale != 0, softCap.cap != nil {
                softCap.backward(row, kept, count: V)
            }
            if narrows {
                let bits = UnsafeMutableRawPointer(row).assumingMemoryBound(to: UInt16.self)
                wb_to_bfloat16(bits, 2 * V, row, V, 1, 1, V)
            }
        }
        if gradientScale != 0 {
            if narrows {
                let bits = UnsafeMutableRawPointer(logits.pointer)
                term.gradient16 = (bits.assumingMemoryBound(to: UInt16.self), 2 * V)
            }
            products.backward(
                [term],
                dx: dRows.pointer,
                x: rows.pointer,
                T: targets.count,
                K: C,
                innerGradient: []
            )
        }
        return (0..<targets.count).reduce(0) { $0 + losses[$1] }
    }
}
