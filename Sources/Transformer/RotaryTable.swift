internal import CKernels
internal import Glibc
internal import ModelFiles
internal import Tensors

/// The cosines and sines of rotary position embedding, one row a position.
///
/// Angles are formed in float32, as transformers forms them, so that results agree.
struct RotaryTable: Sendable {
    let cosine: FloatBuffer  // (contextLength, D/2)
    let sine: FloatBuffer  // (contextLength, D/2)
    let isAdjacent: Bool
    let headWidth: Int  // D

    init(_ file: ModelFile) {
        let D = file.configuration.headWidth
        let half = D / 2
        let positions = file.configuration.contextLength
        cosine = FloatBuffer(count: positions * half)
        sine = FloatBuffer(count: positions * half)
        isAdjacent = file.rotaryLayout == .adjacentPairs
        headWidth = D
        for i in 0..<half {
            var frequency = 1 / powf(file.configuration.ropeTheta, Float(2 * i) / Float(D))
            if let factors = file.ropeFrequencyFactors { frequency /= factors[i] }
            for position in 0..<positions {
                let angle = Double(Float(position) * frequency)
                cosine.pointer[position * half + i] = Float(cos(angle))
                sine.pointer[position * half + i] = Float(sin(angle))
            }
        }
    }

    /// Turns (T, heads*D) in place; `direction` -1 turns back, which is also the gradient.
    func turn(
        _ x: UnsafeMutablePointer<Float>,
        positions: UnsafePointer<Int32>,
        T: Int,
        heads: Int,
        direction: Float
    ) {
        wb_rotary(
            x,
            positions,
            cosine.pointer,
            sine.pointer,
            isAdjacent,
            direction,
            T,
            heads,
            headWidth,
            heads * headWidth
        )
    }
}
