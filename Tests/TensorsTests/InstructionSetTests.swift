import CKernels
import Foundation
import Tensors
import Testing

/// The kernels of one instruction set, under its name in test output.
struct KernelTable: CustomTestStringConvertible, Sendable {
    let index: Int
    var kernels: wb_kernel_table { wb_kernels(index)!.pointee }
    var testDescription: String { String(cString: kernels.name) }

    /// Those that this processor has; the others are named, so that nobody takes them for tested.
    static let all: [KernelTable] = (0..<Int(WB_INSTRUCTION_SETS)).compactMap { index in
        guard let name = wb_instruction_set_name(index) else { return nil }
        if wb_kernels(index) == nil {
            print("LEFT OUT: this processor cannot run the kernels \(String(cString: name))")
            return nil
        }
        return KernelTable(index: index)
    }
}

/// Every build of the kernels against the plain loops, on sizes that divide by nothing.
@Suite struct InstructionSetTests {
    @Test func kernelsForTestsAreNotSuggested() {
        #expect(InstructionSet.available.starts(with: InstructionSet.forUse))
        #expect(InstructionSet.forUse.contains("portable"))
        #expect(!InstructionSet.forUse.contains { $0.hasSuffix("-in-c") })
    }

    static let quantizedTypes = ElementType.allCases.filter(\.isQuantized)
    static let integerTypes = ElementType.allCases.filter(\.hasIntegerProducts)

    /// A weight of random blocks with reasonable scales, one byte off alignment, and its numbers.
    struct RandomWeight {
        let bytes: [UInt8]
        let numbers: [Double]
        let rowBytes: Int

        init(_ type: ElementType, rows: Int, columns: Int) {
            rowBytes = type.byteCount(elements: columns)
            let random = CounterRandom(seed: 7, purpose: .sampling)
            var bytes = (0..<rows * rowBytes).map {
                UInt8(random.integer(below: 256, step: 1, index: $0))
            }
            // The places of float16 scales in a block.
            let scales =
                switch type {
                case .q6_k: [208]
                case .q3_k: [108]
                case .q2_k: [80, 82]
                case .q4_1, .q5_1, .q4_k, .q5_k: [0, 2]
                default: [0]
                }
            for start in stride(from: 0, to: bytes.count, by: type.blockBytes) {
                if type == .nf4 {
                    let unit = random.uniform(step: 2, index: start)
                    let bits = Float(0.02 * unit).bitPattern
                    for byte in 0..<4 { bytes[start + byte] = UInt8(bits >> (8 * byte) & 255) }
                    continue
                }
                for place in scales {
                    let unit = random.uniform(step: 2, index: start + place)
                    let bits = Float16(0.02 * (unit - 0.3)).bitPattern
                    bytes[start + place] = UInt8(bits & 255)
                    bytes[start + place + 1] = UInt8(bits >> 8)
                }
            }
            numbers = PlainLoops.dequantize(bytes, type, count: rows * columns)
            self.bytes = [0] + bytes
        }
    }

    struct Activations {
        var q: [Int8]
        var scale: [Float]
        var sum: [Int32]

        init(_ x: [Float], columns: Int, fine: Bool, _ kernels: wb_kernel_table) {
            q = [Int8](repeating: 0, count: x.count * (fine ? 2 : 1))
            scale = [Float](repeating: 0, count: x.count / 32)
            sum = [Int32](repeating: 0, count: x.count / 16)
            if fine {
                kernels.quantize_fine(&q, &scale, &sum, x, 1, x.count)
            } else {
                kernels.quantize_rows(&q, &scale, &sum, x, x.count)
            }
        }
    }

    @Test(arguments: KernelTable.all, quantizedTypes)
    func dequantizingAgrees(table: KernelTable, type: ElementType) {
        let columns = 512
        let weight = RandomWeight(type, rows: 3, columns: columns)
        var out = [Float](repeating: .nan, count: 3 * columns)
        weight.bytes.withUnsafeBytes {
            table.kernels.dequantize(&out, $0.baseAddress! + 1, type.rawValue, out.count)
        }
        for (value, twin) in zip(out, weight.numbers) {
            #expect(abs(Double(value) - twin) <= 2e-6 * max(1, abs(twin)))
        }
    }

    @Test(arguments: KernelTable.all, integerTypes)
    func int8ProductsAgree(table: KernelTable, type: ElementType) throws {
        let kernels = table.kernels
        for (T, rows, columns) in [(1, 1, 256), (2, 17, 256), (13, 50, 512), (6, 16, 768)] {
            let weight = RandomWeight(type, rows: rows, columns: columns)
            let x = numbers(T * columns, seed: 3, scale: 4)
            let activations = Activations(x, columns: columns, fine: false, kernels)
            let rounded = (0..<T * columns).map {
                Double(activations.q[$0]) * Double(activations.scale[$0 / 32])
            }
            for (number, original) in zip(rounded, x) {
                #expect(abs(number - Double(original)) <= 4.0 / 127 / 2 * 1.001)
            }
            let panels = AlignedMemory(
                byteCount: (rows + 15) / 16 * kernels.int8_panel_bytes(type.rawValue, columns)
            )
            var y = [Float](repeating: .nan, count: T * rows + 1)
            weight.bytes.withUnsafeBytes {
                kernels.int8_panels(
                    panels.pointer,
                    $0.baseAddress! + 1,
                    type.rawValue,
                    weight.rowBytes,
                    rows,
                    columns
                )
            }
            kernels.int8_matrix(
                &y,
                rows,
                panels.pointer,
                type.rawValue,
                activations.q,
                activations.scale,
                activations.sum,
                T,
                rows,
                columns
            )
            #expect(y[T * rows].isNaN, "nothing is written behind the last row")
            for t in 0..<T {
                for r in 0..<rows {
                    var (twin, magnitude) = (0.0, 0.0)
                    for c in 0..<columns {
                        let term = rounded[t * columns + c] * weight.numbers[r * columns + c]
                        twin += term
                        magnitude += abs(term)
                    }
                    #expect(abs(Double(y[t * rows + r]) - twin) <= 2e-6 * magnitude + 1e-5)
                }
            }
        }
    }

    @Test(arguments: KernelTable.all, integerTypes)
    func matrixTimesVectorAgreesWithTheUnroundedVector(table: KernelTable, type: ElementType) {
        let kernels = table.kernels
        let (rows, columns) = (23, 512)
        let weight = RandomWeight(type, rows: rows, columns: columns)
        let x = numbers(columns, seed: 5, scale: 3)
        let fine = Activations(x, columns: columns, fine: true, kernels)
        var y = [Float](repeating: .nan, count: rows) + [7]
        let interleaved = AlignedMemory(
            byteCount: kernels.interleaved_bytes(type.rawValue, rows, columns)
        )
        weight.bytes.withUnsafeBytes {
            kernels.interleave(
                interleaved.pointer,
                $0.baseAddress! + 1,
                type.rawValue,
                weight.rowBytes,
                rows,
                columns
            )
        }
        kernels.int8_matrix_vectors(
            &y,
            rows,
            interleaved.pointer,
            type.rawValue,
            fine.q,
            fine.scale,
            fine.sum,
            1,
            rows,
            columns
        )
        #expect(y[rows] == 7)
        for r in 0..<rows {
            let terms = (0..<columns).map { Double(x[$0]) * weight.numbers[r * columns + $0] }
            let magnitude = terms.reduce(0) { $0 + abs($1) }
            #expect(abs(Double(y[r]) - terms.reduce(0, +)) <= 1e-4 * magnitude)
        }
    }

    /// The largest sums that a block can have: 16-bit steps on the way must not overflow.
    @Test(arguments: KernelTable.all)
    func extremesDoNotSaturate(table: KernelTable) {
        let kernels = table.kernels
        let (rows, columns) = (16, 64)
        for weightByte: Int8 in [127, -128] {
            for sign: Float in [1, -1] {
                let block: [UInt8] =
                    [0, 0x3c] + [UInt8](repeating: UInt8(bitPattern: weightByte), count: 32)
                let bytes = (0..<rows * columns / 32).flatMap { _ in block }
                let x = [Float](repeating: sign * 127, count: columns)
                let activations = Activations(x, columns: columns, fine: false, kernels)
                let panels = AlignedMemory(
                    byteCount: kernels.int8_panel_bytes(ElementType.q8_0.rawValue, columns)
                )
                var y = [Float](repeating: 0, count: rows)
                kernels.int8_panels(
                    panels.pointer,
                    bytes,
                    ElementType.q8_0.rawValue,
                    68,
                    rows,
                    columns
                )
                kernels.int8_matrix(
                    &y,
                    rows,
                    panels.pointer,
                    ElementType.q8_0.rawValue,
                    activations.q,
                    activations.scale,
                    activations.sum,
                    1,
                    rows,
                    columns
                )
                let expected = sign * 127 * Float(weightByte) * Float(columns)
                #expect(y.allSatisfy { abs($0 - expected) <= 1e-5 * abs(expected) })
            }
        }
    }

    @Test(arguments: KernelTable.all)
    func nanAndInfinityStayVisibleAndZeroStaysZero(table: KernelTable) {
        let kernels = table.kernels
        for bad: Float in [.nan, .infinity, -.infinity] {
            var x = numbers(96)
            x[40] = bad
            let activations = Activations(x, columns: 96, fine: false, kernels)
            #expect(!activations.scale[0].isNaN && activations.scale[1].isNaN)
            let fine = Activations(x, columns: 96, fine: true, kernels)
            #expect(!fine.scale[0].isNaN && fine.scale[1].isNaN)
        }
        for tiny in [0, Float.leastNonzeroMagnitude] {
            let zero = Activations(
                [Float](repeating: tiny, count: 32),
                columns: 32,
                fine: false,
                kernels
            )
            #expect(zero.scale == [0] && zero.q.allSatisfy { $0 == 0 })
        }
    }

    @Test(arguments: KernelTable.all)
    func bfloat16ProductsAgree(table: KernelTable) {
        let kernels = table.kernels
        for (M, K, N) in [(1, 1, 1), (5, 7, 33), (13, 64, 70), (31, 33, 16), (6, 128, 64)] {
            let (a, b) = (numbers(M * K, seed: 1), numbers(K * N, seed: 2))
            let stride = (K + 1) / 2 * 2
            var a16 = [UInt16](repeating: 0, count: M * stride)
            kernels.to_bfloat16(&a16, stride, a, K, 1, M, K)
            let transposed = (0..<N * K).map { b[$0 % K * N + $0 / K] }
            let rounded = { (x: Float) in
                // Rounding to nearest, ties to even, in the twin's own way.
                let step = Double(x == 0 ? 1 : x.ulp) * 65536
                return (Double(x) / step).rounded(.toNearestOrEven) * step
            }
            let twin = PlainLoops.product(a.map(rounded), b.map(rounded), M: M, K: K, N: N)
            for fromRows in [true, false] {
                let panels = AlignedMemory(
                    byteCount: (N + 15) / 16 * kernels.bf16_panel_count(K) * 2
                )
                let place = panels.pointer.assumingMemoryBound(to: UInt16.self)
                if fromRows {
                    kernels.bf16_panels_of_rows(place, transposed, 0, K * 4, N, K)
                } else {
                    kernels.bf16_panels_of_columns(place, b, 0, N * 4, 0, N, K)
                }
                var c = [Float](repeating: 1, count: M * N + 1)
                kernels.bf16_matrix(&c, N, a16, stride, place, true, M, N, K)
                for i in 0..<M * N { #expect(abs(Double(c[i]) - 1 - twin[i]) <= 1e-4) }
                #expect(c[M * N] == 1)
                kernels.bf16_matrix(&c, N, a16, stride, place, false, M, N, K)
                for i in 0..<M * N { #expect(abs(Double(c[i]) - twin[i]) <= 1e-4) }
            }
        }
    }

    @Test(arguments: KernelTable.all)
    func columnsInBfloat16AreTheRowsTurned(table: KernelTable) {
        let kernels = table.kernels
        for (T, C) in [(1, 1), (2, 16), (31, 17), (33, 40), (70, 5)] {
            let stride = C + 2
            let x = numbers(T * stride, seed: 4)
            var rows = [UInt16](repeating: 7, count: T * (C + 1) / 2 * 2 + 2)
            let even = (T + 1) / 2 * 2
            var columns = [UInt16](repeating: 7, count: C * even + 1)
            kernels.to_bfloat16_columns(&columns, even, x, stride, T, C)
            for t in 0..<T {
                kernels.to_bfloat16(&rows, (C + 1) / 2 * 2, Array(x[(t * stride)...]), C, 1, 1, C)
                for c in 0..<C { #expect(columns[c * even + t] == rows[c]) }
            }
            if T != even { for c in 0..<C { #expect(columns[c * even + T] == 0) } }
            #expect(columns[C * even] == 7)
        }
    }

    @Test(arguments: KernelTable.all, quantizedTypes)
    func panelsOfWeightsHoldTheWeights(table: KernelTable, type: ElementType) {
        let kernels = table.kernels
        let (rows, columns) = (19, 256)
        let weight = RandomWeight(type, rows: rows, columns: columns)
        var unit = [UInt16](repeating: 0, count: 256)
        let panels = AlignedMemory(byteCount: 2 * 8 * kernels.bf16_panel_count(256))
        let place = panels.pointer.assumingMemoryBound(to: UInt16.self)
        weight.bytes.withUnsafeBytes {
            kernels.bf16_panels_of_rows(
                place,
                $0.baseAddress! + 1,
                type.rawValue,
                weight.rowBytes,
                rows,
                columns
            )
        }
        var row = [Float](repeating: 0, count: rows)
        unit[77] = 0x3f80
        kernels.bf16_matrix(&row, rows, unit, 256, place, false, 1, rows, columns)
        for r in 0..<rows {
            let expected = weight.numbers[r * columns + 77]
            #expect(abs(Double(row[r]) - expected) <= abs(expected) / 128)
        }
        unit[77] = 0
        unit[5] = 0x3f80
        weight.bytes.withUnsafeBytes {
            kernels.bf16_panels_of_columns(
                place,
                $0.baseAddress! + 1,
                type.rawValue,
                weight.rowBytes,
                64,
                96,
                rows
            )
        }
        var part = [Float](repeating: 0, count: 96)
        kernels.bf16_matrix(&part, 96, unit, 256, place, false, 1, 96, rows)
        for c in 0..<96 {
            let expected = weight.numbers[5 * columns + 64 + c]
            #expect(abs(Double(part[c]) - expected) <= abs(expected) / 128)
        }
    }
}
