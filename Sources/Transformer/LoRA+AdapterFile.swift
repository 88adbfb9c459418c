public import ModelFiles
package import Tensors

extension LoRA {
    /// Takes over an adapter that was read from PEFT's layout.
    ///
    /// - Throws: `ModelFileError` if it was made for a model of other sizes.
    public convenience init(_ adapter: AdapterFile, for model: LanguageModel) throws {
        try adapter.check(fits: model.configuration)
        let shape = Shape(
            rank: adapter.configuration.rank,
            alpha: adapter.configuration.alpha,
            targets: adapter.configuration.targetModules.flatMap(Projection.named),
            usesRankStabilization: adapter.configuration.usesRankStabilization,
            layers: adapter.configuration.layers
        )
        self.init(model.configuration, shape: shape)
        forEachMatrix(model.configuration) { matrix in
            guard var values = adapter.tensors[matrix.name]?.values else { return }
            if let heads = matrix.rotatedHeads, model.rotation.isAdjacent {
                values = permuteToAdjacentPairs(values, columns: matrix.columns, heads: heads)
            }
            for (place, value) in zip(matrix.range, values) { parameters.pointer[place] = value }
        }
    }

    /// The adapter in PEFT's layout, which PEFT itself loads.
    ///
    /// - Parameters:
    ///   - model: The model it was trained on.
    ///   - baseModel: The base model's name for `base_model_name_or_path`.
    ///   - dropout: The rate it was trained with.
    public func adapterFile(
        for model: LanguageModel,
        baseModel: String?,
        dropout: Double = 0
    ) throws -> AdapterFile {
        try adapterFile(of: parameters, for: model, baseModel: baseModel, dropout: dropout)
    }

    /// Numbers laid out as `parameters`, such as gradients, under PEFT's names and in its order.
    package func adapterFile(
        of numbers: FloatBuffer,
        for model: LanguageModel,
        baseModel: String? = nil,
        dropout: Double = 0
    ) throws -> AdapterFile {
        var tensors: [AdapterTensor] = []
        forEachMatrix(model.configuration) { matrix in
            var values = Array(numbers.values[matrix.range])
            if let heads = matrix.rotatedHeads, model.rotation.isAdjacent {
                values = permuteToHalves(values, columns: matrix.columns, heads: heads)
            }
            tensors.append(
                AdapterTensor(
                    name: matrix.name,
                    rows: matrix.rows,
                    columns: matrix.columns,
                    values: values
                )
            )
        }
        return try AdapterFile(
            configuration: AdapterConfiguration(
                rank: shape.rank,
                alpha: shape.alpha,
                dropout: dropout,
                targetModules: shape.targets
                    .filter(Projection.owned(by: model.configuration).contains)
                    .map { $0.module(model.configuration) },
                baseModelName: baseModel,
                usesRankStabilization: shape.usesRankStabilization,
                layers: shape.layers
            ),
            tensors: tensors
        )
    }

    private struct Matrix {
        let name: String
        let range: Range<Int>
        let rows: Int
        let columns: Int
        /// How many heads its rows belong to, if rotation pairs them up.
        let rotatedHeads: Int?
    }

    /// Visits A and B of every adapted projection.
    private func forEachMatrix(_ configuration: ModelConfiguration, _ body: (Matrix) -> Void) {
        let R = shape.rank
        for layer in 0..<configuration.layerCount {
            for projection in shape.targets {
                guard let slot = slot(layer, projection) else { continue }
                let name = {
                    AdapterFile.name(
                        layer: layer,
                        module: self.modules[projection.index],
                        factor: $0
                    )
                }
                body(
                    Matrix(
                        name: name(.a),
                        range: slot.a..<slot.a + R * slot.inputs,
                        rows: R,
                        columns: slot.inputs,
                        rotatedHeads: nil
                    )
                )
                body(
                    Matrix(
                        name: name(.b),
                        range: slot.b..<slot.b + R * slot.outputs,
                        rows: slot.outputs,
                        columns: R,
                        rotatedHeads: projection.rotatedHeads(configuration)
                    )
                )
            }
        }
    }
}
