import CKernels
import Tensors
import Testing

/// Interleaved weights times several vectors: what one vector gets does not depend on the others.
@Suite struct VectorProductTests {
    /// Vectors of fifteen bits, a block of each after the other.
    private struct FineVectors {
        var q: [Int8]
        var scale: [Float]
        var sum: [Int32]

        init(_ vectors: [[Float]], _ kernels: wb_kernel_table) {
            let (T, K) = (vectors.count, vectors[0].count)
            q = [Int8](repeating: 0, count: T * 2 * K)
            scale = [Float](repeating: 0, count: T * K / 32)
            sum = [Int32](repeating: 0, count: T * K / 16)
            for (t, x) in vectors.enumerated() {
                q.withUnsafeMutableBufferPointer { q in
                    scale.withUnsafeMutableBufferPointer { scale in
                        sum.withUnsafeMutableBufferPointer { sum in
                            kernels.quantize_fine(
                                q.baseAddress! + 64 * t,
                                scale.baseAddress! + t,
                                sum.baseAddress! + 2 * t,
                                x,
                                T,
                                K
                            )
                        }
                    }
                }
            }
        }
    }

    @Test(arguments: KernelTable.all, InstructionSetTests.integerTypes)
    func aVectorGetsTheSameBitsAloneAndWithOthers(table: KernelTable, type: ElementType) {
        let kernels = table.kernels
        let (rows, columns, stride) = (37, 512, 41)
        let weight = InstructionSetTests.RandomWeight(type, rows: rows, columns: columns)
        let copy = AlignedMemory(
            byteCount: kernels.interleaved_bytes(type.rawValue, rows, columns)
        )
        weight.bytes.withUnsafeBytes {
            let bytes = $0.baseAddress! + 1
            let rowBytes = weight.rowBytes
            kernels.interleave(copy.pointer, bytes, type.rawValue, rowBytes, rows, columns)
        }
        func products(_ vectors: [[Float]]) -> [Float] {
            let fine = FineVectors(vectors, kernels)
            var y = [Float](repeating: 7, count: vectors.count * stride)
            kernels.int8_matrix_vectors(
                &y,
                stride,
                copy.pointer,
                type.rawValue,
                fine.q,
                fine.scale,
                fine.sum,
                vectors.count,
                rows,
                columns
            )
            return y
        }
        let vectors = (0..<17).map { numbers(columns, seed: UInt64($0), scale: 3) }
        let alone = vectors.map { products([$0]) }
        for r in 0..<rows {
            let terms = (0..<columns).map {
                Double(vectors[0][$0]) * weight.numbers[r * columns + $0]
            }
            let magnitude = terms.reduce(0) { $0 + abs($1) }
            #expect(abs(Double(alone[0][r]) - terms.reduce(0, +)) <= 1e-4 * magnitude)
        }
        for count in [2, 3, 5, 7, 8, 12, 17] {
            let together = products(Array(vectors[..<count]))
            for t in 0..<count {
                let found = Array(together[t * stride..<(t + 1) * stride])
                #expect(found == alone[t], "\(type), vector \(t) of \(count)")
            }
        }
    }
}
