internal import ModelFiles
public import Tensors

/// What a run trains: an adapter over a frozen model, or the model itself.
public enum TrainedWeights: Sendable {
    /// The adapter; the model stays as it is.
    case adapter(LoRA)
    /// All numbers of the model.
    case model(ModelParameters)

    /// All trained numbers.
    public var buffer: FloatBuffer {
        switch self {
        case .adapter(let adapter): adapter.parameters
        case .model(let parameters): parameters.buffer
        }
    }

    /// The adapter, if that is what is trained.
    public var adapter: LoRA? {
        if case .adapter(let adapter) = self { adapter } else { nil }
    }

    /// One of the tensors that the trained numbers consist of.
    public struct Part: Sendable, Equatable {
        /// Its kind, which decides how an optimizer treats it.
        public enum Kind: Sendable {
            /// The matrix of an adapter that reads the input.
            case adapterA
            /// The matrix of an adapter that writes the output.
            case adapterB
            /// A matrix of the model.
            case matrix
            /// A norm's weight or a bias.
            case vector
        }

        /// Its name in the file that it is saved to.
        public let name: String
        /// Its range in the buffer.
        public let range: Range<Int>
        /// What it is.
        public let kind: Kind
    }

    /// The tensors, in the buffer's order; together they cover it.
    public var parts: [Part] {
        switch self {
        case .adapter(let adapter): adapter.parts
        case .model(let parameters):
            parameters.slots.map {
                Part(
                    name: parameters.name(of: $0),
                    range: $0.range,
                    kind: $0.role.isVector ? .vector : .matrix
                )
            }
        }
    }
}

extension LoRA {
    fileprivate var parts: [TrainedWeights.Part] {
        slots.enumerated().flatMap { index, slot -> [TrainedWeights.Part] in
            guard let slot else { return [] }
            let (layer, place) = index.quotientAndRemainder(dividingBy: Projection.allCases.count)
            let module = modules[place]
            return [
                TrainedWeights.Part(
                    name: AdapterFile.name(layer: layer, module: module, factor: .a),
                    range: slot.a..<slot.b,
                    kind: .adapterA
                ),
                TrainedWeights.Part(
                    name: AdapterFile.name(layer: layer, module: module, factor: .b),
                    range: slot.b..<slot.b + shape.rank * slot.outputs,
                    kind: .adapterB
                ),
            ]
        }
    }
}
