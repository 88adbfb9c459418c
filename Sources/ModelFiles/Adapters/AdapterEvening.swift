/// Converts an adapter whose matrices differ in rank or scale, or exist only in some layers, to an
/// equal one with uniform matrices of the largest rank.
///
/// Rows and columns of zeros are added, B absorbs differences of the scales, and unchanged layers
/// get a change of zero.
struct AdapterEvening {
    /// The maximum factor by which the adapter may grow; a small file with one large rank among
    /// many small ones would otherwise fill the memory.
    private static let maxGrowth = 64

    /// The rank and the scale of all matrices.
    private let configuration: AdapterConfiguration

    /// Creates a conversion to the rank and scale of `configuration`.
    init(_ configuration: AdapterConfiguration) { self.configuration = configuration }

    /// The largest rank among matrices.
    static func rank(of tensors: [AdapterTensor]) -> Int? { tensors.map(rank).max() }

    private static func rank(_ tensor: AdapterTensor) -> Int {
        isA(tensor) ? tensor.rows : tensor.columns
    }

    private static func isA(_ tensor: AdapterTensor) -> Bool {
        tensor.name.hasSuffix(".\(AdapterFile.Factor.a.rawValue).weight")
    }

    /// The matrices with one rank and one scale.
    ///
    /// - Parameters:
    ///   - layerCount: The number of layers to produce matrices for; nil for up to the last one
    ///     changed.
    ///   - scale: The scale of the product with a B of that rank.
    func even(
        _ tensors: [AdapterTensor],
        layerCount: Int? = nil,
        scale: (_ b: AdapterTensor, _ rank: Int) -> Double
    ) throws(ModelFileError) -> [AdapterTensor] {
        try refuseGrowth(tensors)
        let evened = tensors.map { tensor in
            Self.isA(tensor)
                ? Self.widened(tensor, rows: configuration.rank, columns: tensor.columns, by: 1)
                : Self.widened(
                    tensor,
                    rows: tensor.rows,
                    columns: configuration.rank,
                    by: Float(scale(tensor, Self.rank(tensor)) / configuration.scale)
                )
        }
        for tensor in evened where !tensor.values.allSatisfy(\.isFinite) {
            throw AdapterConfiguration.refusal("its scale takes \(tensor.name) beyond float32")
        }
        return evened + missing(evened, layerCount)
    }

    private func refuseGrowth(_ tensors: [AdapterTensor]) throws(ModelFileError) {
        let stored = tensors.reduce(0) { $0 + $1.values.count }
        var evened = 0
        for tensor in tensors {
            let width = Self.isA(tensor) ? tensor.columns : tensor.rows
            let (count, overflow) = width.multipliedReportingOverflow(by: configuration.rank)
            evened = overflow ? .max : evened.addingReportingOverflow(count).partialValue
            guard !overflow, evened >= 0, evened / Self.maxGrowth <= stored else {
                throw AdapterConfiguration.refusal(
                    "its largest rank, \(configuration.rank), is far above the others"
                )
            }
        }
    }

    private static func widened(
        _ tensor: AdapterTensor,
        rows: Int,
        columns: Int,
        by factor: Float
    ) -> AdapterTensor {
        if rows == tensor.rows, columns == tensor.columns, factor == 1 { return tensor }
        var values = [Float](repeating: 0, count: rows * columns)
        for row in 0..<tensor.rows {
            for column in 0..<tensor.columns {
                values[row * columns + column] =
                    factor * tensor.values[row * tensor.columns + column]
            }
        }
        return AdapterTensor(name: tensor.name, rows: rows, columns: columns, values: values)
    }

    /// Changes of zero for the layers without any; half of a change is left as it is.
    private func missing(_ tensors: [AdapterTensor], _ layerCount: Int?) -> [AdapterTensor] {
        let known = Dictionary(tensors.map { ($0.name, $0) }) { first, _ in first }
        let layers = tensors.compactMap { tensor in
            tensor.name.split(separator: ".").drop { $0 != "layers" }.dropFirst().first
                .flatMap { Int($0) }
        }
        guard let last = layers.max(), last < 1 << 16 else { return [] }
        let count = layerCount ?? last + 1
        var missing: [AdapterTensor] = []
        for module in configuration.targetModules {
            let pairs = (0..<count).map { layer in
                AdapterFile.Factor.allCases.map {
                    AdapterFile.name(layer: layer, module: module, factor: $0)
                }
            }
            for (place, _) in AdapterFile.Factor.allCases.enumerated() {
                guard let model = pairs.lazy.compactMap({ known[$0[place]] }).first else {
                    continue
                }
                // They share one array.
                let zeros = [Float](repeating: 0, count: model.values.count)
                for pair in pairs where pair.allSatisfy({ known[$0] == nil }) {
                    missing.append(
                        AdapterTensor(
                            name: pair[place],
                            rows: model.rows,
                            columns: model.columns,
                            values: zeros
                        )
                    )
                }
            }
        }
        return missing
    }
}
