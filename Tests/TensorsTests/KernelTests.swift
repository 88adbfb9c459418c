import CKernels
import Glibc
import Tensors
import Testing

@Suite struct KernelTests {
    static let oddCounts = [1, 2, 7, 15, 16, 17, 31, 33, 100, 576, 1001]

    /// The types that `wb_quantize` writes.
    static let writableTypes = ElementType.allCases.filter(\.isWritable)

    /// How far a number below 3 may be off.
    static func bound(_ type: ElementType) -> Float {
        switch type {
        case .f32: 0
        case .f16: 2e-3
        case .bf16: 8e-3
        case .q8_0: 0.02
        case .q6_k: 0.1
        case .q5_0, .q5_1, .q5_k: 0.2
        case .nf4: 0.5
        default: 0.4
        }
    }

    @Test(arguments: writableTypes, [32, 64, 96, 576, 768])
    func dequantizingAndProductsAgreeWithPlainLoops(type: ElementType, columns: Int) {
        guard columns % type.blockLength == 0 else { return }
        let rows = 5
        let source = numbers(rows * columns, scale: 3)
        var bytes = [UInt8](repeating: 0, count: type.byteCount(elements: rows * columns) + 1)
        // One byte off: blocks in a file are not aligned.
        let values: [Float] = bytes.withUnsafeMutableBytes { memory in
            let start = memory.baseAddress! + 1
            wb_quantize(start, source, type.rawValue, rows * columns)
            var out = [Float](repeating: .nan, count: rows * columns)
            wb_dequantize(&out, start, type.rawValue, rows * columns)
            return out
        }
        let expected = PlainLoops.dequantize(Array(bytes.dropFirst()), type, count: rows * columns)
        for (value, twin) in zip(values, expected) { #expect(abs(Double(value) - twin) <= 1e-6) }
        let bound = Self.bound(type)
        for (value, original) in zip(values, source) { #expect(abs(value - original) <= bound) }

        let x = numbers(columns, seed: 2)
        var product = [Float](repeating: .nan, count: rows)
        bytes.withUnsafeBytes { memory in
            wb_matrix_vector(
                &product,
                memory.baseAddress! + 1,
                type.rawValue,
                type.byteCount(elements: columns),
                x,
                rows,
                columns
            )
        }
        for row in 0..<rows {
            let twin = (0..<columns).reduce(0.0) {
                $0 + expected[row * columns + $1] * Double(x[$1])
            }
            #expect(abs(Double(product[row]) - twin) <= 1e-4)
        }
    }

    @Test func blocksOfZerosAndExtremesSurviveQuantizing() {
        for type in Self.writableTypes where type.isQuantized {
            for value: Float in [0, 60000, -60000, 1e-7] {
                let count = type.blockLength
                let source = [Float](repeating: value, count: count)
                var bytes = [UInt8](repeating: 0, count: type.blockBytes)
                wb_quantize(&bytes, source, type.rawValue, count)
                var out = [Float](repeating: .nan, count: count)
                wb_dequantize(&out, bytes, type.rawValue, count)
                for result in out { #expect(abs(result - value) <= max(0.01 * abs(value), 1e-7)) }
            }
        }
    }

    @Test(arguments: oddCounts)
    func sumsAgreeWithPlainLoops(count: Int) {
        let a = numbers(count)
        let b = numbers(count, seed: 2)
        let dot = zip(a, b).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        #expect(abs(Double(wb_dot(a, b, count)) - dot) <= 1e-5)
        let squares = a.reduce(0.0) { $0 + Double($1) * Double($1) }
        #expect(abs(wb_sum_of_squares(a, count) - squares) <= 1e-12 * squares + 1e-15)
        var y = b
        wb_add_scaled(&y, 0.5, a, count)
        for i in 0..<count { #expect(abs(y[i] - (b[i] + 0.5 * a[i])) <= 1e-6) }
    }

    @Test(arguments: oddCounts)
    func softmaxSumsToOneAndAgrees(count: Int) {
        var x = numbers(count, scale: 20) + [7, 7, 7]
        let expected = PlainLoops.softmax(Array(x[..<count]), scale: 0.3)
        wb_softmax(&x, 0.3, count, count + 3)
        for i in 0..<count { #expect(abs(Double(x[i]) - expected[i]) <= 1e-6) }
        #expect(Array(x[count...]) == [0, 0, 0])
    }

    @Test func softmaxShowsNaNAndHandlesExtremes() {
        var x: [Float] = [1e30, -1e30, 0]
        wb_softmax(&x, 1, 3, 3)
        #expect(x == [1, 0, 0])
        var broken: [Float] = [0, .nan, 1]
        wb_softmax(&broken, 1, 3, 3)
        #expect(broken.contains { $0.isNaN })
    }

    @Test(arguments: oddCounts)
    func crossEntropyAndItsGradientAgree(count: Int) {
        let logits = numbers(count, scale: 30)
        let target = count / 2
        var work = logits
        let loss = wb_cross_entropy(&work, target, 0, count)
        #expect(abs(loss - PlainLoops.crossEntropy(logits, target: target)) <= 1e-5)
        #expect(work == logits)
        let again = wb_cross_entropy(&work, target, 0.25, count)
        #expect(again == loss)
        let p = PlainLoops.softmax(logits, scale: 1)
        for i in 0..<count {
            let expected = 0.25 * (p[i] - (i == target ? 1 : 0))
            #expect(abs(Double(work[i]) - expected) <= 1e-6)
        }
    }

    @Test(arguments: oddCounts)
    func labelSmoothingAndItsGradientAgree(count: Int) {
        let logits = numbers(count, scale: 30)
        let target = count / 2
        var work = logits
        let loss = wb_smoothed_cross_entropy(&work, target, 0, 0.125, count)
        let expected = PlainLoops.crossEntropy(logits, target: target, smoothing: 0.125)
        #expect(abs(loss - expected) <= 1e-5)
        #expect(work == logits)
        #expect(wb_smoothed_cross_entropy(&work, target, 0.25, 0.125, count) == loss)
        let p = PlainLoops.softmax(logits, scale: 1)
        for i in 0..<count {
            let label = (i == target ? 0.875 : 0) + 0.125 / Double(count)
            #expect(abs(Double(work[i]) - 0.25 * (p[i] - label)) <= 1e-6)
        }
    }

    @Test(arguments: [1, 3, 16, 19, 576])
    func rmsNormAndItsGradientAgree(width: Int) {
        let T = 3
        let x = numbers(T * width, scale: 2)
        let weight = numbers(width, seed: 3)
        let dout = numbers(T * width, seed: 4)
        var out = [Float](repeating: .nan, count: T * width)
        var inverse = [Float](repeating: .nan, count: T)
        wb_rms_norm(&out, &inverse, x, weight, 1e-5, T, width)
        var dx = [Float](repeating: 1, count: T * width)
        wb_rms_norm_backward(&dx, dout, x, weight, inverse, T, width)
        let w = weight.map(Double.init)
        for t in 0..<T {
            let row = x[t * width..<(t + 1) * width].map(Double.init)
            let expected = PlainLoops.rmsNorm(row, w, epsilon: 1e-5)
            for c in 0..<width {
                #expect(abs(Double(out[t * width + c]) - expected[c]) <= 1e-5)
                let slope = centralDifference(row, c) { changed in
                    zip(
                        PlainLoops.rmsNorm(changed, w, epsilon: 1e-5),
                        dout[t * width..<(t + 1) * width]
                    )
                    .reduce(0) { $0 + $1.0 * Double($1.1) }
                }
                #expect(abs(Double(dx[t * width + c]) - 1 - slope) <= 1e-4 * max(1, abs(slope)))
            }
        }
    }

    @Test(arguments: [1, 2, 17, 33, 100])
    func gradientsOfRowWeightsAreSumsOverTheRows(width: Int) {
        let T = 7
        let stride = width + 3
        let (x, dout) = (numbers(T * stride, seed: 1), numbers(T * stride, seed: 2))
        let inverse = numbers(T, seed: 3)
        var dweight = [Float](repeating: 1, count: width + 1)
        wb_rms_norm_weight_backward(&dweight, dout, x, inverse, T, width, stride)
        var sums = [Float](repeating: 1, count: width + 1)
        wb_add_rows(&sums, x, T, width, stride)
        for c in 0..<width {
            let column = (0..<T).map { $0 * stride + c }
            let products = zip(column, inverse).reduce(0.0) {
                $0 + Double(dout[$1.0]) * Double(x[$1.0]) * Double($1.1)
            }
            #expect(abs(Double(dweight[c]) - 1 - products) <= 1e-5)
            #expect(abs(Double(sums[c]) - 1 - column.reduce(0.0) { $0 + Double(x[$1]) }) <= 1e-5)
        }
        #expect(dweight[width] == 1 && sums[width] == 1)
    }

    @Test func swigluAndItsGradientAgree() {
        let gate = numbers(101, scale: 12) + [100, -100, 0]
        let up = numbers(104, seed: 5, scale: 3)
        let dout = numbers(104, seed: 6)
        var out = [Float](repeating: .nan, count: 104)
        var dgate = out
        var dup = out
        wb_swiglu(&out, gate, up, 104)
        wb_swiglu_backward(&dgate, &dup, dout, gate, up, 104)
        for i in 0..<104 {
            let (g, u, d) = (Double(gate[i]), Double(up[i]), Double(dout[i]))
            #expect(abs(Double(out[i]) - PlainLoops.swiglu(g, u)) <= 1e-5 * max(1, abs(g * u)))
            let slopeGate = centralDifference([g], 0) { PlainLoops.swiglu($0[0], u) } * d
            let slopeUp = centralDifference([u], 0) { PlainLoops.swiglu(g, $0[0]) } * d
            #expect(abs(Double(dgate[i]) - slopeGate) <= 1e-5 * max(1, abs(slopeGate)))
            #expect(abs(Double(dup[i]) - slopeUp) <= 1e-5 * max(1, abs(slopeUp)))
        }
    }

    @Test func gegluAndItsGradientAgree() {
        let gate = numbers(101, scale: 6) + [100, -100, 0]
        let up = numbers(104, seed: 5, scale: 3)
        let dout = numbers(104, seed: 6)
        var out = [Float](repeating: .nan, count: 104)
        var dgate = out
        var dup = out
        wb_geglu(&out, gate, up, 104)
        wb_geglu_backward(&dgate, &dup, dout, gate, up, 104)
        for i in 0..<104 {
            let (g, u, d) = (Double(gate[i]), Double(up[i]), Double(dout[i]))
            #expect(abs(Double(out[i]) - PlainLoops.geglu(g, u)) <= 1e-5 * max(1, abs(g * u)))
            let slopeGate = centralDifference([g], 0) { PlainLoops.geglu($0[0], u) } * d
            let slopeUp = centralDifference([u], 0) { PlainLoops.geglu(g, $0[0]) } * d
            #expect(abs(Double(dgate[i]) - slopeGate) <= 1e-5 * max(1, abs(slopeGate)))
            #expect(abs(Double(dup[i]) - slopeUp) <= 1e-5 * max(1, abs(slopeUp)))
        }
    }

    @Test func aSoftCapAndItsGradientAgree() {
        let x = numbers(99, scale: 200) + [1e-4, -0.6, 1e9, -1e9]
        let dout = numbers(x.count, seed: 6)
        var (y, dx) = (x, dout)
        wb_soft_cap(&y, 0.25, 5, x.count)
        wb_soft_cap_backward(&dx, y, 0.25, 5, x.count)
        for i in x.indices {
            let (number, d) = (Double(x[i]), Double(dout[i]))
            let twin = PlainLoops.softCap(0.25 * number, at: 5)
            #expect(abs(Double(y[i]) - twin) <= 2e-6 * abs(twin))
            let slope = centralDifference([number], 0) {
                PlainLoops.softCap(0.25 * $0[0], at: 5)
            }
            #expect(abs(Double(dx[i]) - slope * d) <= 1e-5 * max(1e-2, abs(slope * d)))
        }
    }

    @Test(arguments: [true, false])
    func rotationTurnsByTheAngleAndBack(isAdjacent: Bool) {
        let (T, heads, D) = (3, 2, 6)
        let positions: [Int32] = [0, 5, 2]
        let angles = (0..<6).flatMap { p in (0..<3).map { Double(p) * pow(10, -Double($0)) } }
        let cosine = angles.map { Float(cos($0)) }
        let sine = angles.map { Float(sin($0)) }
        let x = numbers(T * heads * D)
        var turned = x
        wb_rotary(&turned, positions, cosine, sine, isAdjacent, 1, T, heads, D, D, heads * D)
        for t in 0..<T {
            for head in 0..<heads {
                for i in 0..<D / 2 {
                    let start = t * heads * D + head * D
                    let (first, second) =
                        isAdjacent ? (start + 2 * i, start + 2 * i + 1) : (start + i, start + i + 3)
                    let angle = angles[Int(positions[t]) * 3 + i]
                    let (a, b) = (Double(x[first]), Double(x[second]))
                    #expect(abs(Double(turned[first]) - (a * cos(angle) - b * sin(angle))) <= 1e-6)
                    #expect(abs(Double(turned[second]) - (b * cos(angle) + a * sin(angle))) <= 1e-6)
                }
            }
        }
        wb_rotary(&turned, positions, cosine, sine, isAdjacent, -1, T, heads, D, D, heads * D)
        for (back, original) in zip(turned, x) { #expect(abs(back - original) <= 1e-6) }
    }

    @Test(arguments: [true, false])
    func rotationOfAPartLeavesTheRestOfEachHead(isAdjacent: Bool) {
        let (T, heads, D, rotated) = (2, 2, 10, 6)
        let positions: [Int32] = [1, 2]
        let angles = (0..<3).flatMap { p in (0..<3).map { Double(p) * pow(10, -Double($0)) } }
        let (cosine, sine) = (angles.map { Float(cos($0)) }, angles.map { Float(sin($0)) })
        let x = numbers(T * heads * D)
        var whole = x
        wb_rotary(&whole, positions, cosine, sine, isAdjacent, 1, T, heads, D, rotated, heads * D)
        for head in 0..<T * heads {
            let start = head * D
            var part = Array(x[start..<start + rotated])
            let position = [positions[head / heads]]
            wb_rotary(&part, position, cosine, sine, isAdjacent, 1, 1, 1, rotated, rotated, rotated)
            #expect(Array(whole[start..<start + rotated]) == part)
            #expect(whole[start + rotated..<start + D] == x[start + rotated..<start + D])
        }
    }

    @Test func scalingMultipliesEveryNumber() {
        let x = numbers(37)
        var scaled = x
        wb_scale(&scaled, 0.22, 37)
        #expect(scaled == x.map { $0 * 0.22 })
    }

    @Test func dropoutLeavesOutItsShareAndIsAFunctionOfThePlace() {
        let x = [Float](repeating: 1, count: 100_000)
        var out = x
        wb_dropout(&out, x, 0x1234_5678_9ABC_DEF0, 0.25, 0, x.count)
        let dropped = out.count { $0 == 0 }
        #expect(abs(dropped - 25_000) < 700)
        #expect(out.allSatisfy { $0 == 0 || abs($0 - 4.0 / 3) < 1e-6 })
        var part = [Float](repeating: 0, count: 500)
        wb_dropout(&part, x, 0x1234_5678_9ABC_DEF0, 0.25, 777, 500)
        #expect(part == Array(out[777..<1277]))
    }

    private func centralDifference(_ x: [Double], _ i: Int, _ f: ([Double]) -> Double) -> Double {
        let h = 1e-5 * max(1, abs(x[i]))
        var (low, high) = (x, x)
        low[i] -= h
        high[i] += h
        return (f(high) - f(low)) / (2 * h)
    }
}
