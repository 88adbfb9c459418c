internal import CKernels

/// Runs kernels on operands in the caches, one set for each thread.
struct KernelBench {
    private let pool: WorkerPool

    init(_ pool: WorkerPool) { self.pool = pool }

    func bfloat16Matrix(T: Int, N: Int, K: Int, _ peaks: Roofline) -> KernelSpeed {
        let a = operands(T * K, of: UInt16.self) {
            wb_to_bfloat16($0, K, numbers(T * K), K, 1, T, K)
        }
        let panels = operands(wb_bf16_panel_count(K) * sixteens(N) / 16, of: UInt16.self) {
            wb_bf16_panels_of_rows($0, numbers(N * K), ElementType.f32.rawValue, K * 4, N, K)
        }
        let c = operands(T * N, of: Float.self)
        let rate = rate(2 * T * N * K) {
            wb_bf16_matrix(c[$0], N, a[$0], K, panels[$0], false, T, N, K)
        }
        return KernelSpeed(
            kernel: "bf16_matrix",
            sizes: sizes(T, N, K),
            rate: rate,
            unit: .operations,
            peak: peaks.fastestBfloat16Gflops
        )
    }

    func float32Matrix(T: Int, N: Int, K: Int, _ peaks: Roofline) -> KernelSpeed {
        let a = operands(T * K, of: Float.self) { $0.update(from: numbers(T * K), count: T * K) }
        let panels = operands(wb_f32_panel_count(K) * sixteens(N) / 16, of: Float.self) {
            wb_f32_panels_of_rows($0, numbers(N * K), ElementType.f32.rawValue, K * 4, N, K)
        }
        let c = operands(T * N, of: Float.self)
        let rate = rate(2 * T * N * K) {
            wb_f32_matrix(c[$0], N, a[$0], K, panels[$0], false, T, N, K)
        }
        return KernelSpeed(
            kernel: "f32_matrix",
            sizes: sizes(T, N, K),
            rate: rate,
            unit: .operations,
            peak: peaks.float32Gflops
        )
    }

    func int8Matrix(_ type: ElementType, T: Int, N: Int, K: Int, _ peaks: Roofline) -> KernelSpeed {
        let weight = weight(type, rows: N, columns: K)
        let q = operands(T * K, of: Int8.self)
        let scales = operands(T * K / 32, of: Float.self)
        let sums = operands(T * K / 16, of: Int32.self)
        let panels = operands(
            wb_int8_panel_bytes(type.rawValue, K) * sixteens(N) / 16,
            of: UInt8.self
        )
        for i in q.indices {
            wb_quantize_rows(q[i], scales[i], sums[i], numbers(T * K), T * K)
            wb_int8_panels(panels[i], weight, type.rawValue, weight.count / N, N, K)
        }
        let y = operands(T * N, of: Float.self)
        let rate = rate(2 * T * N * K) {
            wb_int8_matrix(
                y[$0],
                N,
                panels[$0],
                type.rawValue,
                q[$0],
                scales[$0],
                sums[$0],
                T,
                N,
                K
            )
        }
        return KernelSpeed(
            kernel: "int8_matrix \(type.name)",
            sizes: sizes(T, N, K),
            rate: rate,
            unit: .integerOperations,
            peak: peaks.int8Gops
        )
    }

    /// A weight in the caches times a vector, as decoding multiplies: from memory it is bounded by what
    /// can be read.
    func int8Vector(_ type: ElementType, N: Int, K: Int) -> KernelSpeed {
        let weight = weight(type, rows: N, columns: K)
        let byteCount = wb_interleaved_bytes(type.rawValue, N, K)
        let interleaved = operands(byteCount, of: UInt8.self) {
            wb_interleave($0, weight, type.rawValue, weight.count / N, N, K)
        }
        let q = operands(2 * K, of: Int8.self)
        let scales = operands(K / 32, of: Float.self)
        let sums = operands(K / 16, of: Int32.self)
        for i in q.indices { wb_quantize_fine(q[i], scales[i], sums[i], numbers(K), 1, K) }
        let y = operands(N, of: Float.self)
        let rate = rate(byteCount) {
            let (q, scales, sums) = (q[$0], scales[$0], sums[$0])
            wb_int8_matrix_vectors(
                y[$0],
                N,
                interleaved[$0],
                type.rawValue,
                q,
                scales,
                sums,
                1,
                N,
                K
            )
        }
        return KernelSpeed(
            kernel: "int8_matrix_vectors \(type.name)",
            sizes: "\(N) x \(K)",
            rate: rate,
            unit: .bytes,
            peak: nil
        )
    }

    /// Three query heads of 64 numbers that share a key head, over 512 positions.
    func attention(backward: Bool, _ peaks: Roofline) -> KernelSpeed {
        let (H, D, T) = (3, 64, 512)
        var shape = wb_attention_shape(H: H, K: 1, D: D, window: 0, scale: 0.125, cap: 0)
        let scratch = operands(
            max(
                wb_attention_scratch_bytes(&shape, 64, false),
                wb_attention_scratch_bytes(&shape, T, true)
            ),
            of: UInt8.self
        )
        let query = numbers(T * H * D)
        let key = numbers(T * D)
        let out = operands(T * H * D, of: Float.self)
        let logSums = operands(T * H, of: Float.self)
        let f32 = ElementType.f32.rawValue
        func forward(_ i: Int) {
            for t in stride(from: 0, to: T, by: 64) {
                let (o, l) = (out[i] + t * H * D, logSums[i] + t * H)
                query.withUnsafeBufferPointer { query in
                    guard let q = query.baseAddress else { return }
                    wb_attention_forward(
                        o,
                        l,
                        &shape,
                        q + t * H * D,
                        key,
                        key,
                        f32,
                        D,
                        nil,
                        0,
                        64,
                        t,
                        scratch[i]
                    )
                }
            }
        }
        // Half of all pairs of positions are seen: two products of D forward, five backward.
        let operations = 2 * (backward ? 5 : 2) * D * H * T * T / 2
        let rate: Double
        if backward {
            let gradients = operands(3 * T * H * D, of: Float.self)
            for i in out.indices { forward(i) }
            rate = self.rate(operations) { i in
                let (dq, dk) = (gradients[i], gradients[i] + T * H * D)
                for head in 0..<H {
                    wb_attention_backward(
                        dq,
                        dk,
                        dk + T * H * D,
                        query,
                        out[i],
                        logSums[i],
                        &shape,
                        query,
                        key,
                        key,
                        head,
                        T,
                        scratch[i]
                    )
                }
            }
        } else {
            rate = self.rate(operations, forward)
        }
        return KernelSpeed(
            kernel: backward ? "attention_backward" : "attention_forward",
            sizes: "\(T) x \(T), \(H) heads of \(D)",
            rate: rate,
            unit: .operations,
            peak: peaks.fastestBfloat16Gflops
        )
    }

    /// Packs 32 rows of 576 numbers, or 32 of their columns.
    func packing(_ kernel: String, _ type: ElementType) -> KernelSpeed {
        let (rows, K) = (512, 576)
        let weight = weight(type, rows: rows, columns: K)
        let rowBytes = weight.count / rows
        let panels = operands(32 * K * 4 * 2, of: Float.self)
        let rate = rate(32 * (kernel.hasSuffix("columns") ? rows : K)) { i in
            let pairs = UnsafeMutableRawPointer(panels[i]).assumingMemoryBound(to: UInt16.self)
            switch kernel {
            case "bf16_panels_of_rows":
                wb_bf16_panels_of_rows(pairs, weight, type.rawValue, rowBytes, 32, K)
            case "bf16_panels_of_columns":
                wb_bf16_panels_of_columns(pairs, weight, type.rawValue, rowBytes, 64, 32, rows)
            case "f32_panels_of_rows":
                wb_f32_panels_of_rows(panels[i], weight, type.rawValue, rowBytes, 32, K)
            default:
                wb_int8_panels(panels[i], weight, type.rawValue, rowBytes, 32, K)
            }
        }
        return KernelSpeed(
            kernel: "\(kernel) \(type.name)",
            sizes: kernel.hasSuffix("columns") ? "\(rows) x 32" : "32 x \(K)",
            rate: rate,
            unit: .numbers,
            peak: nil
        )
    }

    func rounding() -> KernelSpeed {
        let (T, K) = (64, 576)
        let x = numbers(T * K)
        let out = operands(T * K, of: UInt16.self)
        return KernelSpeed(
            kernel: "to_bfloat16",
            sizes: "\(T) x \(K)",
            rate: rate(T * K) { wb_to_bfloat16(out[$0], K, x, K, 1, T, K) },
            unit: .numbers,
            peak: nil
        )
    }

    /// Billions a second, where each thread does `amount` with its operands.
    private func rate(_ amount: Int, _ work: (_ thread: Int) -> Void) -> Double {
        // About ten milliseconds a round at ten billions a second and thread.
        let repetitions = max(1, 100_000_000 / max(1, amount))
        let total = Double(amount) * Double(repetitions * pool.threadCount)
        return Roofline.best(of: 5, amount: total) {
            pool.run(tiles: pool.threadCount, priority: .interactive) { thread, _ in
                for _ in 0..<repetitions { work(thread) }
            }
        }
    }

    private func operands<Number>(
        _ count: Int,
        of type: Number.Type,
        _ fill: (UnsafeMutablePointer<Number>) -> Void = { _ in }
    ) -> Operands<Number> {
        let operands = Operands<Number>(threads: pool.threadCount, count: count)
        for thread in operands.indices { fill(operands[thread]) }
        return operands
    }

    private func numbers(_ count: Int) -> [Float] {
        let random = CounterRandom(seed: 1, purpose: .sampling)
        return (0..<count).map { Float(random.uniform(step: 0, index: $0) * 2 - 1) }
    }

    private func weight(_ type: ElementType, rows: Int, columns: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: type.byteCount(elements: rows * columns))
        wb_quantize(&bytes, numbers(rows * columns), type.rawValue, rows * columns)
        return bytes
    }

    private func sizes(_ T: Int, _ N: Int, _ K: Int) -> String { "\(T) x \(N) x \(K)" }

    private func sixteens(_ count: Int) -> Int { (count + 15) / 16 * 16 }
}

/// Zeroed memory for an operand of each thread.
private struct Operands<Number> {
    private let memories: [AlignedMemory]

    init(threads: Int, count: Int) {
        memories = (0..<threads).map { _ in
            let memory = AlignedMemory(byteCount: count * MemoryLayout<Number>.stride)
            memory.pointer.initializeMemory(as: UInt8.self, repeating: 0, count: memory.byteCount)
            return memory
        }
    }

    var indices: Range<Int> { memories.indices }

    subscript(thread: Int) -> UnsafeMutablePointer<Number> {
        memories[thread].pointer.assumingMemoryBound(to: Number.self)
    }
}
