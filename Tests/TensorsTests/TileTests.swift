import CKernels
import Glibc
import Tensors
import Testing

/// Products on the tile unit, by its instructions and in plain C, against a scalar model of the manual.
@Suite struct TileTests {
    /// The kernels that use tiles and that this machine can run, said aloud.
    static let tables: [KernelTable] = {
        let tables = KernelTable.all.filter {
            $0.kernels.units & UInt32(WB_UNIT_TILES) != 0
        }
        let instructions = tables.contains { $0.index == Int(WB_AMX) }
        let refusal = wb_tiles_refusal().map { ": " + String(cString: $0) } ?? ""
        print(
            instructions
                ? "TILES: tested by the instructions of AMX and in plain C"
                : "TILES: tested in plain C only; the instructions of AMX did NOT run\(refusal)"
        )
        return tables
    }()

    /// Operands of a product, which end where memory ends, so that whoever reads or writes behind
    /// them is stopped.
    struct Operands {
        let M: Int
        let N: Int
        let K: Int
        let a: GuardedMemory<UInt16>
        let aStride: Int
        let panels: GuardedMemory<UInt16>
        let c: GuardedMemory<Float>
        let cStride: Int

        var steps: Int { (K + 1) / 2 }

        /// - Parameter exponents: Those of the numbers, biased: products of small ones are denormal.
        init(M: Int, N: Int, K: Int, exponents: ClosedRange<Int>, seed: UInt64) {
            (self.M, self.N, self.K) = (M, N, K)
            let random = CounterRandom(seed: seed, purpose: .sampling)
            let steps = (K + 1) / 2
            aStride = 2 * steps + 2
            cStride = N + 3
            func bits(_ place: Int, _ step: Int) -> UInt16 {
                let exponent =
                    exponents.lowerBound
                    + random.integer(
                        below: exponents.count,
                        step: step,
                        index: place
                    )
                let rest = random.integer(below: 256, step: step + 1, index: place)
                return UInt16(rest / 128 << 15 | exponent << 7 | rest % 128)
            }
            a = GuardedMemory((M - 1) * aStride + 2 * steps) { bits($0, 0) }
            panels = GuardedMemory((N + 15) / 16 * steps * 32) { bits($0, 2) }
            c = GuardedMemory((M - 1) * cStride + N) {
                Float(bitPattern: UInt32(bits($0, 4)) << 16 | UInt32(bits($0, 6)))
            }
            guard K % 2 == 1 else { return }
            for m in 0..<M { a[m * aStride + K] = 0 }
            for panel in 0..<(N + 15) / 16 {
                for i in 0..<16 { panels[(panel * steps + steps - 1) * 32 + 2 * i + 1] = 0 }
            }
        }

        func multiply(_ kernels: wb_kernel_table, adds: Bool) {
            kernels.bf16_matrix(c.start, cStride, a.start, aStride, panels.start, adds, M, N, K)
        }

        /// What TDPBF16PS makes of sixteen steps after sixteen.
        func model(row m: Int, column n: Int, from start: Float) -> Float {
            var total = TileModel.flushed(start)
            for tile in stride(from: 0, to: steps, by: 16) {
                var (even, odd): (Float, Float) = (0, 0)
                for step in tile..<min(tile + 16, steps) {
                    let place = (n / 16 * steps + step) * 32 + n % 16 * 2
                    let left = m * aStride + 2 * step
                    even = TileModel.fused(even, a[left], panels[place])
                    odd = TileModel.fused(odd, a[left + 1], panels[place + 1])
                }
                total = TileModel.flushed(total + TileModel.flushed(even + odd))
            }
            return total
        }
    }

    static let sizes = [
        (1, 1, 1), (1, 16, 32), (16, 16, 32), (17, 15, 31), (32, 32, 64), (33, 33, 33),
        (5, 70, 100), (70, 5, 2), (47, 49, 129), (64, 64, 64), (15, 32, 16), (31, 48, 95),
    ]

    /// Ordinary numbers; those whose products are near the smallest normal number; those that are
    /// denormal themselves.
    @Test(arguments: tables, [120...131, 55...74, 0...100])
    func productsHaveTheBitsOfTheManual(table: KernelTable, exponents: ClosedRange<Int>) {
        for (i, (M, N, K)) in Self.sizes.enumerated() {
            for adds in [false, true] {
                let x = Operands(M: M, N: N, K: K, exponents: exponents, seed: UInt64(i))
                let before = (0..<x.c.count).map { x.c[$0] }
                x.multiply(table.kernels, adds: adds)
                for m in 0..<M {
                    for n in 0..<min(x.cStride, x.c.count - m * x.cStride) {
                        let place = m * x.cStride + n
                        let start = n < N && !adds ? 0 : before[place]
                        let expected = n < N ? x.model(row: m, column: n, from: start) : start
                        #expect(x.c[place].bitPattern == expected.bitPattern)
                    }
                }
            }
        }
    }

    @Test func theModelFlushesWhatIsTinyBeforeItIsRounded() {
        let smallest = Float.leastNormalMagnitude
        // 2^-126 - 2^-150 rounds up to the smallest normal number, and is tiny nevertheless.
        let bits = UInt16(
            truncatingIfNeeded: Float(sign: .minus, exponent: -75, significand: 1).bitPattern >> 16
        )
        let other = UInt16(
            truncatingIfNeeded: Float(sign: .plus, exponent: -75, significand: 1).bitPattern >> 16
        )
        #expect(smallest.addingProduct(-0x1p-75, 0x1p-75) == smallest)
        #expect(TileModel.fused(smallest, bits, other) == 0)
        #expect(TileModel.flushed(smallest / 2) == 0)
    }

    /// Arithmetic around a product is not affected by its flushed denormals.
    @Test(arguments: tables)
    func denormalsLiveOnAfterwards(table: KernelTable) {
        let x = Operands(M: 3, N: 3, K: 3, exponents: 120...131, seed: 1)
        x.multiply(table.kernels, adds: false)
        let tiny = Float.leastNormalMagnitude * Float(numbers(1)[0].magnitude / 4)
        #expect(tiny != 0 && tiny.isSubnormal)
    }

    /// Where there is no unit, its first instruction ends with SIGILL, which must not reach the process, nor
    /// change what becomes of other signals.
    @Test func aRefusedUnitIsNoticedByEveryThread() async {
        func action() -> sigaction {
            var action = sigaction()
            sigaction(SIGILL, nil, &action)
            return action
        }
        let hasUnit = Self.tables.contains { $0.index == Int(WB_AMX) }
        let former = action()
        let answers = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 { group.addTask { wb_can_multiply_tiles() } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers == [Bool](repeating: hasUnit, count: 8))
        // The C library adds SA_RESTORER to what it sets.
        #expect(action().sa_flags & ~0x0400_0000 == former.sa_flags & ~0x0400_0000)
        #expect(
            unsafeBitCast(action().__sigaction_handler.sa_handler, to: Int.self)
                == unsafeBitCast(former.__sigaction_handler.sa_handler, to: Int.self)
        )
    }

    @Test func instructionsAndPlainCGiveTheSameBits() {
        guard Self.tables.count == 2 else { return }
        for (i, (M, N, K)) in Self.sizes.enumerated() {
            let both = Self.tables.map { table in
                let x = Operands(M: M, N: N, K: K, exponents: 0...140, seed: UInt64(i))
                x.multiply(table.kernels, adds: true)
                return (0..<x.c.count).map { x.c[$0].bitPattern }
            }
            #expect(both[0] == both[1])
        }
    }
}

/// The arithmetic of the tile unit on single numbers: denormals count as zero, before and after.
enum TileModel {
    static func flushed(_ x: Float) -> Float {
        x.magnitude < .leastNormalMagnitude ? Float(signOf: x, magnitudeOf: 0) : x
    }

    /// sum + a * b, rounded once.
    static func fused(_ sum: Float, _ a: UInt16, _ b: UInt16) -> Float {
        let (a, b) = (flushed(number(a)), flushed(number(b)))
        let result = sum.addingProduct(a, b)
        // Tiny is what is below the smallest normal number when it is rounded as if there were more
        // exponents: the same sum, 2^64 times as large, shows it.
        let scaled = (sum * 0x1p64).addingProduct(a * 0x1p32, b * 0x1p32)
        let isTiny = scaled.magnitude < .leastNormalMagnitude * 0x1p64
        return isTiny && result != 0 ? Float(signOf: result, magnitudeOf: 0) : flushed(result)
    }

    private static func number(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }
}

/// Numbers whose last ends at a page that nobody may touch.
final class GuardedMemory<Number> {
    let count: Int
    let start: UnsafeMutablePointer<Number>
    private let mapping: UnsafeMutableRawPointer
    private let byteCount: Int

    init(_ count: Int, _ number: (Int) -> Number) {
        let page = Int(getpagesize())
        let used = count * MemoryLayout<Number>.stride
        self.count = count
        byteCount = (used + page - 1) / page * page + page
        mapping = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
        mprotect(mapping + byteCount - page, page, PROT_NONE)
        start = (mapping + byteCount - page - used).assumingMemoryBound(to: Number.self)
        for i in 0..<count { (start + i).initialize(to: number(i)) }
    }

    deinit { munmap(mapping, byteCount) }

    subscript(index: Int) -> Number {
        get { start[index] }
        set { start[index] = newValue }
    }
}
