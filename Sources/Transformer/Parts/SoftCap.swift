internal import CKernels
internal import ModelFiles
internal import Tensors

/// A soft limit: y = cap · tanh(scale · x / cap), or scale · x without a cap.
struct SoftCap: Sendable {
    /// Nil for none.
    let cap: Float?
    /// What x is multiplied by first.
    let scale: Float

    /// Turns x into y, in place.
    func forward(_ x: Floats, count: Int) {
        if let cap {
            wb_soft_cap(x, scale, cap, count)
        } else if scale != 1 {
            wb_scale(x, scale, count)
        }
    }

    /// The same, with a cap by several threads.
    func forward(_ x: Floats, count: Int, on workers: Workers) {
        guard cap != nil else { return forward(x, count: count) }
        let tiles = Tiles(count, by: 1 << 14)
        workers.run(tiles: tiles.count) { tile, _ in
            forward(x + tiles[tile].lowerBound, count: tiles[tile].count)
        }
    }

    /// Turns the gradients of y into those of x, in place.
    func backward(_ dx: Floats, _ y: ConstFloats, count: Int) {
        if let cap {
            wb_soft_cap_backward(dx, y, scale, cap, count)
        } else if scale != 1 {
            wb_scale(dx, scale, count)
        }
    }
}

extension ModelConfiguration {
    /// The cap of logits, and their divisor.
    var logitCap: SoftCap { SoftCap(cap: softCaps.logits, scale: 1 / multipliers.logits) }

    /// The cap of scores, and their factor, before their softmax.
    var scoreCap: SoftCap { SoftCap(cap: softCaps.scores, scale: attentionScale) }
}
