internal import CKernels
internal import ModelFiles
internal import Tensors

/// A soft limit: y = cap · tanh(scale · x / cap), or scale · x where there is none.
struct SoftCap: Sendable {
    /// Nil for none.
    let cap: Float?
    /// What numbers are multiplied by first.
    let scale: Float

    /// Changes numbers in place.
    func forward(_ x: Floats, count: Int) {
        if let cap {
            wb_soft_cap(x, scale, cap, count)
        } else if scale != 1 {
            wb_scale(x, scale, count)
        }
    }

    /// Turns the gradients of the results y into those of the numbers, in place.
    func backward(_ dx: Floats, _ y: ConstFloats, count: Int) {
        if let cap {
            wb_soft_cap_backward(dx, y, scale, cap, count)
        } else if scale != 1 {
            wb_scale(dx, scale, count)
        }
    }
}

extension ModelConfiguration {
    /// What logits go through.
    var logitCap: SoftCap { SoftCap(cap: softCaps.logits, scale: 1 / multipliers.logits) }

    /// What scores go through before their softmax.
    var scoreCap: SoftCap { SoftCap(cap: softCaps.scores, scale: attentionScale) }
}
