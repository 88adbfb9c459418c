import CKernels
import Tensors
import Testing

/// Products of float32 matrices in panels, in every build of the kernels.
@Suite struct Float32ProductTests {
    private static func panels(
        _ kernels: wb_kernel_table,
        columns: Int,
        contracted: Int
    )
        -> AlignedMemory
    {
        AlignedMemory(byteCount: (columns + 15) / 16 * kernels.f32_panel_count(contracted) * 4)
    }

    @Test(arguments: KernelTable.all)
    func productsAgree(table: KernelTable) {
        let kernels = table.kernels
        for (M, K, N) in [(1, 1, 1), (5, 7, 33), (13, 64, 70), (9, 33, 16), (6, 128, 64)] {
            let (a, b) = (numbers(M * K, seed: 1), numbers(K * N, seed: 2))
            let transposed = (0..<N * K).map { b[$0 % K * N + $0 / K] }
            let twin = PlainLoops.product(a.map(Double.init), b.map(Double.init), M: M, K: K, N: N)
            let memory = Self.panels(kernels, columns: N, contracted: K)
            let place = memory.pointer.assumingMemoryBound(to: Float.self)
            for fromRows in [true, false] {
                if fromRows {
                    kernels.f32_panels_of_rows(place, transposed, 0, K * 4, N, K)
                } else {
                    kernels.f32_panels_of_columns(place, b, 0, N * 4, 0, N, K)
                }
                var c = [Float](repeating: 1, count: M * N + 1)
                kernels.f32_matrix(&c, N, a, K, place, true, M, N, K)
                for i in 0..<M * N { #expect(abs(Double(c[i]) - 1 - twin[i]) <= 1e-5) }
                #expect(c[M * N] == 1)
                kernels.f32_matrix(&c, N, a, K, place, false, M, N, K)
                for i in 0..<M * N { #expect(abs(Double(c[i]) - twin[i]) <= 1e-5) }
            }
        }
    }

    @Test(arguments: KernelTable.all, ElementType.allCases)
    func panelsHoldTheNumbersOfTheWeight(table: KernelTable, type: ElementType) {
        let kernels = table.kernels
        let (rows, columns) = (19, 256)
        let source = numbers(rows * columns, scale: 3)
        let rowBytes = type.byteCount(elements: columns)
        var bytes = [UInt8](repeating: 0, count: rows * rowBytes)
        if type.isWritable {
            wb_quantize(&bytes, source, type.rawValue, source.count)
        } else {
            bytes = Array(
                InstructionSetTests.RandomWeight(type, rows: rows, columns: columns).bytes
                    .dropFirst()
            )
        }
        var weight = [Float](repeating: 0, count: rows * columns)
        kernels.dequantize(&weight, bytes, type.rawValue, weight.count)

        let memory = Self.panels(kernels, columns: 32, contracted: columns)
        let place = memory.pointer.assumingMemoryBound(to: Float.self)
        kernels.f32_panels_of_rows(place, bytes, type.rawValue, rowBytes, rows, columns)
        for r in 0..<32 {
            for c in 0..<columns {
                let number = place[(r / 16 * columns + c) * 16 + r % 16]
                #expect(number == (r < rows ? weight[r * columns + c] : 0))
            }
        }
        kernels.f32_panels_of_columns(place, bytes, type.rawValue, rowBytes, 64, 32, rows)
        for r in 0..<rows {
            for c in 0..<32 {
                let number = place[(c / 16 * rows + r) * 16 + c % 16]
                #expect(number == weight[r * columns + 64 + c])
            }
        }
    }
}
