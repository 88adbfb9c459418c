public import ModelFiles
public import Tensors

/// All parameters of a model in float32, in memory, for training.
///
/// They are in one buffer, tensor after tensor, so that an optimizer sees one
/// array; a matrix that the model uses twice is there once. Rows of queries
/// and keys are in the model's own rotary order.
public final class ModelParameters: Sendable {
    /// The place of one tensor.
    public struct Slot: Sendable, Equatable {
        /// What the tensor is for.
        public let role: TensorRole
        /// The layer it belongs to; 0 where there is only one.
        public let layer: Int
        /// Its range in the buffer.
        public let range: Range<Int>
        /// Its rows; 1 for a vector.
        public let rows: Int
        /// The length of a row.
        public var columns: Int { range.count / rows }
    }

    /// The numbers.
    public let buffer: FloatBuffer
    /// Every tensor of the model, in the buffer's order.
    public let slots: [Slot]
    private let places: [TensorRole: [Int]]  // a layer: the slot's number
    private let architecture: Architecture

    /// The parameters of a model of those sizes, all zero.
    init(_ configuration: ModelConfiguration) {
        var slots: [Slot] = []
        var places: [TensorRole: [Int]] = [:]
        var next = 0
        for layer in 0..<configuration.layerCount {
            for role in TensorRole.allCases
            where role.isUsed(configuration) && (layer == 0 || role.isInEachLayer) {
                let shape = role.shape(configuration)
                let count = shape.reduce(1, *)
                places[role, default: []].append(slots.count)
                slots.append(
                    Slot(
                        role: role,
                        layer: layer,
                        range: next..<next + count,
                        rows: role.isVector ? 1 : shape[0]
                    )
                )
                next += count
            }
        }
        self.slots = slots
        self.places = places
        architecture = configuration.traits
        buffer = FloatBuffer(count: next)
    }

    /// The parameters of `file`, widened to float32.
    convenience init(_ file: ModelFile, on pool: WorkerPool) throws {
        self.init(file.configuration)
        for slot in slots {
            let weight = try file.weight(slot.role, layer: slot.layer)
            let start = buffer.pointer + slot.range.lowerBound
            let tiles = Tiles(slot.rows, by: 64)
            pool.run(tiles: tiles.count, priority: .background) { tile, _ in
                let rows = tiles[tile]
                dequantize(start + rows.lowerBound * slot.columns, weight, rows: rows)
            }
        }
    }

    /// The name of a tensor in a Hugging Face folder.
    public func name(of slot: Slot) -> String {
        slot.role.checkpointName(layer: slot.layer, in: architecture)
    }

    /// The place of a tensor, or nil if the model has none of that kind; the output matrix of a
    /// model that ties it is the token embedding.
    public func slot(_ role: TensorRole, layer: Int = 0) -> Slot? {
        if let place = places[role]?[layer] { return slots[place] }
        return role == .output ? slot(.tokenEmbedding) : nil
    }

    /// A tensor as products read it: a view that reflects every change.
    func weight(_ role: TensorRole, layer: Int = 0) -> Weight {
        guard let slot = slot(role, layer: layer) else {
            preconditionFailure("the model has no \(role)")
        }
        return Weight(
            type: .f32,
            rows: slot.rows,
            columns: slot.columns,
            bytes: UnsafeRawBufferPointer(
                start: buffer.pointer + slot.range.lowerBound,
                count: slot.range.count * MemoryLayout<Float>.stride
            ),
            owner: buffer
        )
    }
}
