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
        var cap: Float = 0
        var testDescription: String {
            "H\(H) K\(K) D\(D) T\(T) first \(first) window \(window) cap \(cap)"
        }

        var kernel: wb_attention_shape {
            wb_attention_shape(
                H: H,
                K: K,
                D: D,
                window: window,
                scale: 1 / Float(D).squareRoot(),
                cap: cap
            )
        }
    }

    static let shapes = [
        Shape(H: 1, K: 1, D: 2, T: 1), Shape(H: 6, K: 2, D: 10, T: 7),
        Shape(H: 3, K: 1, D: 64, T: 130), Shape(H: 4, K: 4, D: 18, T: 64, first: 65),
        Shape(H: 2, K: 1, D: 32, T: 100, window: 16),
        Shape(H: 2, K: 2, D: 16, T: 9, first: 150, window: 70),
        Shape(H: 3, K: 1, D: 34, T: 70, window: 50, cap: 2),
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
                                nil,
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
            window: shape.window,
            cap: shape.cap > 0 ? Double(shape.cap) : nil
        )
    }

    @Test(arguments: KernelTable.all, shapes)
    func forwardAgrees(table: KernelTable, shape: Shape) {
        let (q, k, v) = inputs(shape)
        let out = forward(table, shape, q, k, v).out
        let twin = plain(shape, q.map(Double.init), k.map(Double.init), v.map(Double.init))
        for (value, expected) in zip(out, twin) { #expect(abs(Double(value) - expected) <= 2e-2) }
    }

    static let decoded = [
        Shape(H: 6, K: 2, D: 10, T: 1, first: 69), Shape(H: 7, K: 1, D: 64, T: 1, first: 0),
        Shape(H: 14, K: 2, D: 80, T: 1, first: 15), Shape(H: 5, K: 1, D: 128, T: 1, first: 299),
        Shape(H: 5, K: 1, D: 34, T: 1, first: 41, cap: 1.5),
    ]

    /// Keys and values in blocks that do not follow each other give the bits of those that do.
    @Test(arguments: KernelTable.all)
    func blocksInAnyOrderGiveTheSameBits(table: KernelTable) {
        let (D, keys, group) = (20, 150, 3)
        let order: [Int32] = [4, 5, 0, 2, 1]
        let (k, v) = (numbers(keys * D, seed: 2), numbers(keys * D, seed: 3))
        func paged(_ rows: [Float]) -> [Float] {
            var out = [Float](repeating: .nan, count: 6 * 32 * D)
            for position in 0..<keys {
                let row = Int(order[position / 32]) * 32 + position % 32
                for d in 0..<D { out[row * D + d] = rows[position * D + d] }
            }
            return out
        }
        var shape = wb_attention_shape(H: group, K: 1, D: D, window: 0, scale: 0.2, cap: 0)
        let q = numbers(40 * group * D, seed: 1)
        func forward(_ k: [Float], _ v: [Float], _ blocks: [Int32]?) -> [Float] {
            let bytes = table.kernels.attention_scratch_bytes(&shape, 64, false)
            let scratch = AlignedMemory(byteCount: bytes)
            var out = [Float](repeating: 0, count: q.count)
            table.kernels.attention_forward(
                &out,
                nil,
                &shape,
                q,
                k,
                v,
                0,
                D,
                blocks,
                0,
                40,
                keys - 40,
                scratch.pointer
            )
            return out
        }
        #expect(forward(k, v, nil) == forward(paged(k), paged(v), order))
        func decode(_ k: [Float], _ v: [Float], _ blocks: [Int32]?) -> [Float] {
            var scratch = [Float](repeating: 0, count: 4 * 112 + 2 * 101 * D)
            var out = [Float](repeating: 0, count: group * (D + 2))
            table.kernels.attention_decode(
                &out,
                &shape,
                q,
                k,
                v,
                0,
                D,
                blocks,
                0,
                47,
                101,
                &scratch
            )
            return out
        }
        #expect(decode(k, v, nil) == decode(paged(k), paged(v), order))
    }

    /// One query in parts of at most `size` keys.
    private func decode(
        _ table: KernelTable,
        _ shape: Shape,
        _ q: [Float],
        _ k16: [UInt16],
        _ v16: [UInt16],
        size: Int
    ) -> [Float] {
        let (kernels, D, group) = (table.kernels, shape.D, shape.H / shape.K)
        var kernel = shape.kernel
        let keys = shape.first + 1
        let parts = (keys + size - 1) / size
        var scratch = [Float](repeating: 0, count: 4 * ((size + 15) / 16 * 16) + 2 * size * D)
        var out = [Float](repeating: .nan, count: q.count)
        for head in 0..<shape.K {
            var partial = [Float](repeating: 7, count: parts * group * (D + 2) + 1)
            for part in 0..<parts {
                partial.withUnsafeMutableBufferPointer {
                    kernels.attention_decode(
                        $0.baseAddress! + part * group * (D + 2),
                        &kernel,
                        q,
                        Array(k16[(head * D)...]),
                        Array(v16[(head * D)...]),
                        1,
                        shape.K * D,
                        nil,
                        head,
                        part * size,
                        min(size, keys - part * size),
                        &scratch
                    )
                }
            }
            #expect(partial.last == 7)
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
        return out
    }

    @Test(arguments: KernelTable.all, decoded)
    func oneQueryInPartsAgrees(table: KernelTable, shape: Shape) {
        let (q, k, v) = inputs(shape)
        let k16 = k.map { Float16($0).bitPattern }
        let v16 = v.map { Float16($0).bitPattern }
        let rounded = { (bits: [UInt16]) in bits.map { Double(Float16(bitPattern: $0)) } }
        let twin = plain(shape, q.map(Double.init), rounded(k16), rounded(v16))
        for size in [28, 256] {
            let out = decode(table, shape, q, k16, v16, size: size)
            for (value, expected) in zip(out, twin) {
                #expect(abs(Double(value) - expected) <= 1e-4)
            }
        }
    }

    @Test(arguments: KernelTable.all)
    func aKeyThatIsNoNumberStaysVisible(table: KernelTable) {
        let shape = Shape(H: 7, K: 1, D: 64, T: 1, first: 39)
        let (q, k, v) = inputs(shape)
        var k16 = k.map { Float16($0).bitPattern }
        k16[20 * 64 + 5] = Float16.nan.bitPattern
        let out = decode(table, shape, q, k16, v.map { Float16($0).bitPattern }, size: 256)
        #expect(out.allSatisfy { $0.isNaN })
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
