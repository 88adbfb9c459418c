/// Changes matrices of a model while its file is rewritten.
package protocol MatrixChange: Sendable {
    /// Whether it changes the tensor with that name.
    func changes(_ name: String) -> Bool
    /// Changes whole rows of the tensor `name`, widened to float32: (rows, columns) of them.
    func apply(
        to name: String,
        columns: Int,
        rows: Range<Int>,
        _ numbers: UnsafeMutablePointer<Float>
    )
}

/// An adapter's products, added to the matrices of the model that it was trained on: W + s · B · A.
struct AdapterMerge: MatrixChange {
    private struct Product {
        let a: [Float]  // (r, columns)
        let b: [Float]  // (rows, r), in the order of the file's rows
        let rank: Int
    }

    private let products: [String: Product]
    private let scale: Float

    /// The products for matrices by their names in GGUF, with rows of heads in that order.
    ///
    /// - Throws: `ModelFileError` if the adapter was made for a model of another size.
    init(
        _ adapter: AdapterFile,
        into configuration: ModelConfiguration,
        _ layout: RotaryLayout
    ) throws(ModelFileError) {
        let adapter = try adapter.refitted(to: configuration.traits)
        try adapter.check(fits: configuration)
        var products: [String: Product] = [:]
        for layer in 0..<configuration.layerCount {
            for (module, role) in TensorRole.adaptable(in: configuration.traits) {
                guard let a = adapter.tensor(layer: layer, module: module, factor: .a),
                    let b = adapter.tensor(layer: layer, module: module, factor: .b)
                else { continue }
                var values = b.values
                if let heads = role.rotatedHeads(configuration),
                    layout == .adjacentPairs
                {
                    values = permuteToAdjacentPairs(values, columns: b.columns, heads: heads)
                }
                products[role.ggufName(layer: layer)] = Product(
                    a: a.values,
                    b: values,
                    rank: a.rows
                )
            }
        }
        self.products = products
        scale = Float(adapter.configuration.scale)
    }

    func changes(_ name: String) -> Bool { products[name] != nil }

    func apply(
        to name: String,
        columns: Int,
        rows: Range<Int>,
        _ numbers: UnsafeMutablePointer<Float>
    ) {
        guard let product = products[name] else { return }
        product.a.withUnsafeBufferPointer { a in
            for row in rows {
                let target = numbers + (row - rows.lowerBound) * columns
                for k in 0..<product.rank {
                    let factor = scale * product.b[row * product.rank + k]
                    for column in 0..<columns { target[column] += factor * a[k * columns + column] }
                }
            }
        }
    }
}

extension GGUFQuantization {
    /// Adds an adapter to the matrices that it was trained for before they are converted.
    ///
    /// - Throws: `ModelFileError` if the adapter was made for a model of another size.
    public mutating func merge(
        _ adapter: AdapterFile,
        into model: ModelFile
    ) throws(ModelFileError) {
        change = try AdapterMerge(adapter, into: model.configuration, model.rotaryLayout)
    }
}
