internal import CKernels
internal import Glibc
internal import ModelFiles
internal import Tensors

/// Rotary position embedding, of whole heads or of the first numbers of each.
///
/// The cosines and sines are in a table with a row for each position. Angles are computed in float32
/// as in transformers, so that results agree.
struct Rotation: Sendable {
    /// The cosines and sines of one base.
    private struct Table: Sendable {
        let cosine: FloatBuffer  // (rows, rotated/2)
        let sine: FloatBuffer  // (rows, rotated/2)

        init(rows: Int, half: Int) {
            (cosine, sine) = (FloatBuffer(count: rows * half), FloatBuffer(count: rows * half))
        }

        func fill(
            _ rows: Range<Int>,
            theta: Float,
            half: Int,
            amplitude: Float,
            _ factors: [Float]?
        ) {
            for i in 0..<half {
                var frequency = 1 / powf(theta, Float(2 * i) / Float(2 * half))
                if let factors { frequency /= factors[i] }
                for (position, row) in rows.enumerated() {
                    let angle = Double(Float(position) * frequency)
                    cosine.pointer[row * half + i] = Float(cos(angle) * Double(amplitude))
                    sine.pointer[row * half + i] = Float(sin(angle) * Double(amplitude))
                }
            }
        }
    }

    private let table: Table
    /// The table of layers with a window, if it differs.
    private let localTable: Table?
    let isAdjacent: Bool
    private let configuration: ModelConfiguration
    private let unrotatedLayers: Set<Int>
    /// The longest sequence whose rows begin at 0; the rows of longer ones follow.
    private let shortLength: Int

    init(_ file: ModelFile) {
        let configuration = file.configuration
        let half = configuration.rotatedWidth / 2
        let context = configuration.contextLength
        let short = file.rotaryFactors.long == nil ? context : configuration.originalContextLength
        shortLength = min(short ?? context, context)
        let isLonger = shortLength < context
        let rows = shortLength + (isLonger ? context : 0)
        let table = Table(rows: rows, half: half)
        func fill(_ rows: Range<Int>, _ factors: [Float]?) {
            table.fill(
                rows,
                theta: configuration.ropeTheta,
                half: half,
                amplitude: configuration.rotaryAmplitude,
                factors
            )
        }
        fill(0..<shortLength, file.rotaryFactors.short)
        if isLonger { fill(shortLength..<rows, file.rotaryFactors.long) }
        self.table = table
        localTable = configuration.localRopeTheta.map { theta in
            let local = Table(rows: rows, half: half)
            local.fill(0..<rows, theta: theta, half: half, amplitude: 1, nil)
            return local
        }
        isAdjacent = file.rotaryLayout == .adjacentPairs
        self.configuration = configuration
        unrotatedLayers = Set(configuration.unrotatedLayers)
    }

    /// Whether sequences up to that length are not all rotated alike.
    func dependsOnLength(upTo longest: Int) -> Bool { longest > shortLength }

    /// The row of the table for the first position of a sequence of that length.
    func firstRow(length: Int) -> Int { length > shortLength ? shortLength : 0 }

    /// Rotates (T, heads*D) in place, unless the layer does not rotate; `rows` are rows of the table.
    func forward(
        _ x: Floats,
        rows: UnsafePointer<Int32>,
        heads: Int,
        layer: Int,
        T: Int,
        on workers: Workers
    ) {
        rotate(x, rows, heads, layer, T, workers, direction: 1)
    }

    /// Rotates gradients back.
    func backward(
        _ x: Floats,
        rows: UnsafePointer<Int32>,
        heads: Int,
        layer: Int,
        T: Int,
        on workers: Workers
    ) {
        rotate(x, rows, heads, layer, T, workers, direction: -1)
    }

    private func rotate(
        _ x: Floats,
        _ rows: UnsafePointer<Int32>,
        _ heads: Int,
        _ layer: Int,
        _ T: Int,
        _ workers: Workers,
        direction: Float
    ) {
        guard !unrotatedLayers.contains(layer) else { return }
        let width = heads * configuration.headWidth
        let table = configuration.rotatesLocally(layer) ? localTable ?? table : table
        workers.forEachRowTile(T) { tile in
            wb_rotary(
                x + tile.lowerBound * width,
                rows + tile.lowerBound,
                table.cosine.pointer,
                table.sine.pointer,
                isAdjacent,
                direction,
                tile.count,
                heads,
                configuration.headWidth,
                configuration.rotatedWidth,
                width
            )
        }
    }
}
