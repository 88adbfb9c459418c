import CKernels
import Foundation
import Tensors
import Testing

/// Attention kernels against plain loops, for odd heads, windows and lengths.
@Suite struct AttentionKernelTests {
    struct Shape: CustomTestStringConvertible, Sendable {
        var H: Int
        var K: Int
        var D: Int
        var T: Int
        var first = 0
        var window = 0
        var testDescription: String { "H\(H) K\(K) D\(D) T\(T) first \(first) window \(window)" }

        var kernel: wb_attention_shape {
            wb_attention_shape(H: H, K: K, D: D, window: window, scale: 1 / Float(D).squareRoot())
        }
    }

    static let shapes = [
        Shape(H: 1, K: 1, D: 2, T: 1), Shape(H: 6, K: 2, D: 10, T: 7),
        Shape(H: 3, K: 1, D: 64, T: 130), Shape(H: 4, K: 4, D: 18, T: 64, first: 65),
        Shape(H: 2, K: 1, D: 32, T: 100, window: 16),
        Shape(H: 2, K: 2, D: 16, T: 9, first: 150, window: 70),
    ]

    private func forward(
        _ table: KernelTable,
        _ shape: Shape,
        _ q: [Float],
        _ k: [Float],
        _ v: [Float]
    ) -> (out: [Float], logSums: [Float]) {
        var kernel = shape.kernel
        let scratch = AlignedMemory(
            byteCount: table.kernels.attention_scratch_bytes(&kernel, shape.T, false)
        )
        var out = [Float](repeating: .nan, count: q.count)
        var logSums = [Float](repeating: .nan, count: shape.T * shape.H)
        for start in stride(from: 0, to: shape.T, by: 64) {
            for head in 0..<shape.K {
                out.withUnsafeMutableBufferPointer { out in
                    logSums.withUnsafeMutableBufferPointer { logSums in
                        q.withUnsafeBufferPointer { q in
                            table.kernels.attention_forward(
                                out.baseAddress! + start * shape.H * shape.D,
                                logSums.baseAddress! + start * shape.H,
                                &kernel,
                                q.baseAddress! + start * shape.H * shape.D,
                                Array(k[(head * shape.D)...]),
                                Array(v[(head * shape.D)...]),
                                0,
                                shape.K * shape.D,
                                head,
                                min(64, shape.T - start),
                                shape.first + start,
                                scratch.pointer
                            )
                        }
                    }
                }
            }
        }
        return (out, logSums)
    }

    private func inputs(_ shape: Shape) -> (q: [Float], k: [Float], v: [Float]) {
        let seen = shape.first + shape.T
        return (
            numbers(shape.T * shape.H * shape.D, seed: 1, scale: 3),
            numbers(seen * shape.K * shape.D, seed: 2, scale: 2),
            numbers(seen * shape.K * shape.D, seed: 3)
        )
    }

    private func plain(_ shape: Shape, _ q: [Double], _ k: [Double], _ v: [Double]) -> [Double] {
        PlainLoops.attention(
            q,
            k,
            v,
            H: shape.H,
            K: shape.K,
            D: shape.D,
            first: shape.first,
            window: shape.window
        )
    }

    @Test(arguments: KernelTable.all, shapes)
    func forwardAgrees(table: KernelTable, shape: Shape) {
        let (q, k, v) = inputs(shape)
        let out = forward(table, shape, q, k, v).out
        let twin = plain(shape, q.map(Double.init), k.map(Double.init), v.map(Double.init))
        for (value, expected) in zip(out, twin) { #expect(abs(Double(value) - expected) <= 2e-2) }
    }

    @Test(arguments: KernelTable.all)
    func oneQueryInPartsAgrees(table: KernelTable) {
        let shape = Shape(H: 6, K: 2, D: 10, T: 1, first: 69)
        let (q, k, v) = inputs(shape)
        let kernels = table.kernels
        var kernel = shape.kernel
        let k16 = k.map { Float16($0).bitPattern }
        let v16 = v.map { Float16($0).bitPattern }
        let (parts, size, group, D) = (3, 28, 3, 10)
        var scratch = [Float](repeating: 0, count: 4 * 32)
        var out = [Float](repeating: .nan, count: q.count)
        for head in 0..<2 {
            var partial = [Float](repeating: .nan, count: parts * group * (D + 2))
            for part in 0..<parts {
                let count = min(size, 70 - part * size)
                partial.withUnsafeMutableBufferPointer {
                    kernels.attention_decode(
                        $0.baseAddress! + part * group * (D + 2),
                        &kernel,
                        q,
                        Array(k16[(head * D)...]),
                        Array(v16[(head * D)...]),
                        1,
                        2 * D,
                        head,
                        part * size,
                        count,
                        &scratch
                    )
                }
            }
            for g in 0..<group {
                out.withUnsafeMutableBufferPointer { out in
                    partial.withUnsafeBufferPointer { partial in
                        kernels.attention_merge(
                            out.baseAddress! + (head * group + g) * D,
                            partial.baseAddress! + g * (D + 2),
                            D,
                            group * (D + 2),
                            parts
                        )
                    }
                }
            }
        }
        let rounded = { (bits: [UInt16]) in bits.map { Double(Float16(bitPattern: $0)) } }
        let twin = plain(shape, q.map(Double.init), rounded(k16), rounded(v16))
        for (value, expected) in zip(out, twin) { #expect(abs(Double(value) - expected) <= 1e-4) }
    }

    @Test(arguments: KernelTable.all, shapes.filter { $0.first == 0 && $0.T > 1 })
    func backwardAgreesWithFiniteDifferences(table: KernelTable, shape: Shape) {
        let (q, k, v) = inputs(shape)
        let dout = numbers(q.count, seed: 9)
        let (out, logSums) = forward(table, shape, q, k, v)
        var kernel = shape.kernel
        let scratch = AlignedMemory(
            byteCount: table.kernels.attention_scratch_bytes(&kernel, shape.T, true)
        )
        var dq = [Float](repeating: .nan, count: q.count)
        var dk = [Float](repeating: 0, count: q.count)
        var dv = dk
        for head in 0..<shape.H {
            table.kernels.attention_backward(
                &dq,
                &dk,
                &dv,
                dout,
                out,
                logSums,
                &kernel,
                q,
                k,
                v,
                head,
                shape.T,
                scratch.pointer
            )
        }
        func loss(_ q: [Double], _ k: [Double], _ v: [Double]) -> Double {
            zip(plain(shape, q, k, v), dout).reduce(0) { $0 + $1.0 * Double($1.1) }
        }
        let inputs = [q, k, v].map { $0.map(Double.init) }
        let group = shape.H / shape.K
        for input in 0..<3 {
            // Along random directions; a key head's gradient is the sum over its group.
            for direction in 0..<2 {
                let d = numbers(inputs[input].count, seed: UInt64(20 + direction)).map(Double.init)
                let h = 1e-4
                var (low, high) = (inputs, inputs)
                for i in d.indices {
                    low[input][i] -= h * d[i]
                    high[input][i] += h * d[i]
                }
                let slope =
                    (loss(high[0], high[1], high[2]) - loss(low[0], low[1], low[2])) / (2 * h)
                var (analytic, magnitude) = (0.0, 0.0)
                for i in 0..<q.count {
                    let gradient = Double(input == 0 ? dq[i] : input == 1 ? dk[i] : dv[i])
                    let (t, h, c) = (i / (shape.H * shape.D), i / shape.D % shape.H, i % shape.D)
                    let place = input == 0 ? i : (t * shape.K + h / group) * shape.D + c
                    analytic += gradient * d[place]
                    magnitude += gradient * gradient
                }
                #expect(abs(analytic - slope) <= 3e-2 * magnitude.squareRoot() + 1e-3)
            }
        }
    }
}
