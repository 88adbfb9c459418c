internal import CKernels

/// Copies of a model's quantized matrices in the order in which decoding reads them, one after the
/// other.
public final class InterleavedWeights: Sendable {
    /// A matrix among them.
    public struct Matrix: @unchecked Sendable {
        // @unchecked because of `start`: the memory is not written any more, and the owner keeps it.

        /// The first panel.
        public let start: UnsafeRawPointer
        /// The bytes of a panel, which is `Weight.interleavedRows` rows.
        public let panelByteCount: Int
    }

    private let memory: AlignedMemory
    /// By the address of the weight.
    private let matrices: [UInt: Matrix]

    /// Copies the matrices that need it.
    public init(_ weights: [Weight], on pool: WorkerPool) {
        var places: [UInt: (place: Int, weight: Weight)] = [:]
        var byteCount = 0
        for weight in weights where weight.type.hasIntegerProducts {
            guard places[Self.address(weight)] == nil else { continue }
            places[Self.address(weight)] = (byteCount, weight)
            byteCount += (weight.interleavedByteCount + 63) / 64 * 64
        }
        let memory = AlignedMemory(byteCount: byteCount, hasLargePages: true)
        let tileRows = 8 * Weight.interleavedRows
        for (place, weight) in places.values {
            let tiles = (weight.rows + tileRows - 1) / tileRows
            pool.run(tiles: tiles, priority: .interactive) { tile, _ in
                let first = tile * tileRows
                wb_interleave(
                    memory.pointer + place + weight.interleavedByteCount(rows: first),
                    weight.row(first),
                    weight.type.rawValue,
                    weight.rowByteCount,
                    min(tileRows, weight.rows - first),
                    weight.columns
                )
            }
        }
        self.memory = memory
        matrices = places.mapValues { place, weight in
            Matrix(
                start: UnsafeRawPointer(memory.pointer + place),
                panelByteCount: weight.interleavedByteCount(rows: Weight.interleavedRows)
            )
        }
    }

    /// A weight's copy; nil if it needs none.
    public subscript(weight: Weight) -> Matrix? { matrices[Self.address(weight)] }

    private static func address(_ weight: Weight) -> UInt { UInt(bitPattern: weight.row(0)) }
}
