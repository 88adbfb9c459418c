import CKernels
import Glibc
import Tensors
import Testing

/// Reading blocks against the Python package `gguf`, and writing them.
@Suite struct QuantizingTests {
    static let superTypes: [ElementType] = [.q4_k, .q5_k, .q6_k]

    @Test(arguments: KernelTable.all, ReferenceBlocks.all)
    func everyTypeIsReadAsThePackageReadsIt(table: KernelTable, blocks: ReferenceBlocks) {
        let bytes = blocks.bytes
        let count = bytes.count / blocks.type.blockBytes * blocks.type.blockLength
        var numbers = [Float](repeating: .nan, count: count)
        table.kernels.dequantize(&numbers, bytes, blocks.type.rawValue, count)
        #expect(ReferenceBlocks.hash(of: numbers) == blocks.hash, "\(blocks.type)")
    }

    @Test(arguments: KernelTable.all, ElementType.allCases.filter(\.isQuantized))
    func aPartOfARowIsThatPartOfTheWhole(table: KernelTable, type: ElementType) {
        let weight = InstructionSetTests.RandomWeight(type, rows: 1, columns: 512)
        var whole = [Float](repeating: .nan, count: 512)
        var part = [Float](repeating: .nan, count: 96)
        weight.bytes.withUnsafeBytes {
            let row = $0.baseAddress! + 1
            table.kernels.dequantize(&whole, row, type.rawValue, 512)
            table.kernels.dequantize_part(&part, row, type.rawValue, 352, 96)
        }
        #expect(part == Array(whole[352..<448]))
    }

    /// Blocks of activations are quantized sixteen at a time; 35 of them have a rest, and a block's
    /// result depends on nothing but the block.
    @Test(arguments: KernelTable.all)
    func activationsAreQuantizedAsByAPlainLoop(table: KernelTable) {
        var x = numbers(35 * 32, seed: 5, scale: 3)
        for i in 0..<32 { x[64 + i] = 0 }
        for i in 0..<32 { x[96 + i] = i % 2 == 0 ? .leastNonzeroMagnitude : -0 }
        for i in 0..<32 { x[160 + i] *= 1e-37 }
        x[200] = .infinity
        x[17 * 32] = .nan
        x[34 * 32 + 31] = -.infinity
        var q = [Int8](repeating: 1, count: x.count)
        var scale = [Float](repeating: -1, count: 35)
        var sum = [Int32](repeating: -1, count: 70)
        table.kernels.quantize_rows(&q, &scale, &sum, x, x.count)
        for b in 0..<35 {
            let block = x[32 * b..<32 * b + 32]
            let isFinite = block.allSatisfy(\.isFinite)
            let largest = isFinite ? block.map(abs).max()! : 0
            let inverse = largest > 0 && 127 / largest <= 3e38 ? 127 / largest : 0
            let twin = block.map { isFinite ? Int8(($0 * inverse).rounded(.toNearestOrEven)) : 0 }
            #expect(Array(q[32 * b..<32 * b + 32]) == twin)
            #expect(isFinite ? scale[b] == (inverse > 0 ? largest / 127 : 0) : scale[b].isNaN)
            for half in 0..<2 {
                #expect(
                    sum[2 * b + half]
                        == twin[16 * half..<16 * half + 16].reduce(0) { $0 + Int32($1) }
                )
            }
        }
    }

    /// Numbers as weights are: mostly small, a few large; then a block of zeros, one of equal
    /// numbers and one of tiny ones.
    static let sample: [Float] = {
        let uniform = numbers(256 * 9, seed: 11)
        var sample = uniform.map { 0.05 * $0 * $0 * $0 + 0.01 * $0 }
        for i in 0..<256 {
            sample[i] = 0
            sample[256 + i] = -0.75
            sample[512 + i] *= 1e-4
        }
        return sample
    }()

    @Test(arguments: superTypes) func theBytesDoNotDependOnTheMachine(type: ElementType) {
        let all = KernelTable.all.map { table in
            var bytes = [UInt8](repeating: 0, count: type.byteCount(elements: Self.sample.count))
            table.kernels.quantize_super(&bytes, Self.sample, type.rawValue, Self.sample.count)
            return bytes
        }
        for bytes in all { #expect(bytes == all[0]) }
    }

    @Test(arguments: superTypes) func theSearchBeatsPlainRounding(type: ElementType) {
        let count = Self.sample.count
        var bytes = [UInt8](repeating: 0, count: type.byteCount(elements: count))
        wb_quantize(&bytes, Self.sample, type.rawValue, count)
        let ours = PlainLoops.dequantize(bytes, type, count: count)
        for start in stride(from: 0, to: count, by: 256) {
            let block = Self.sample[start..<start + 256].map(Double.init)
            let plain = PlainLoops.roundedSuperBlock(block, type)
            // The measure of the search: an error counts by the size of the number.
            func error(_ values: some Sequence<Double>) -> Double {
                let spread = (block.reduce(0) { $0 + $1 * $1 } / 256).squareRoot()
                return zip(block, values).reduce(0) {
                    $0 + ($1.0 - $1.1) * ($1.0 - $1.1) * (abs($1.0) + spread)
                }
            }
            #expect(
                error(ours[start..<start + 256]) <= 1.0001 * error(plain) + 1e-12,
                "block \(start / 256)"
            )
        }
    }

    @Test func normalFloatGivesANumberTheNearestCodeAndABorderTheLowerOne() {
        let scale: Float = 3
        let middle = (PlainLoops.normalFloat[9] + PlainLoops.normalFloat[10]) / 2
        var source = PlainLoops.normalFloat.map { $0 * scale }
        source += [middle * scale, (middle * scale).nextUp.nextUp]
        source += [Float](repeating: 0, count: 46)
        var bytes = [UInt8](repeating: 0, count: 36)
        ElementType.nf4.quantize(source, count: 64, into: &bytes)
        let codes = bytes[4...].flatMap { [$0 >> 4, $0 & 15] }
        #expect(Array(codes[..<16]) == (0..<16).map { UInt8($0) })
        #expect(Array(codes[16..<18]) == [9, 10])
        #expect(codes[18...].allSatisfy { $0 == 7 })
    }

    /// Some have no inverse in float32, none has a scale in float16.
    @Test(arguments: KernelTests.writableTypes, [0x1p-126, 0x1p-136, 0x1p-149] as [Float])
    func numbersTooSmallForAScaleComeOutAsFinite(type: ElementType, size: Float) {
        let source = numbers(256, seed: 4).map { $0 * size }
        var bytes = [UInt8](repeating: 0, count: type.byteCount(elements: 256))
        type.quantize(source, count: 256, into: &bytes)
        var out = [Float](repeating: .nan, count: 256)
        type.dequantize(bytes, count: 256, into: &out)
        for value in out { #expect(abs(value) <= 1e-37) }
    }

    @Test func whatHasNoPlaceInATypeIsTold() {
        for type in KernelTests.writableTypes {
            var numbers = [Float](repeating: 1, count: 256)
            #expect(type.canStore(numbers, count: 256))
            for bad: Float in [.nan, .infinity, -.infinity] {
                numbers[200] = bad
                #expect(!type.canStore(numbers, count: 256))
            }
            numbers[200] = 1e9
            #expect(type.canStore(numbers, count: 256) == [.f32, .bf16, .nf4].contains(type))
        }
    }
}

extension PlainLoops {
    /// What 256 numbers become when each block's scale is its range over the codes, rounded to the
    /// bits that the type has for it.
    static func roundedSuperBlock(_ x: [Double], _ type: ElementType) -> [Double] {
        func half(_ value: Double) -> Double { Double(Float16(Float(value))) }
        let length = type == .q6_k ? 16 : 32
        let blocks = stride(from: 0, to: 256, by: length).map { Array(x[$0..<$0 + length]) }
        if type == .q6_k {
            let scales = blocks.map { block in (block.map(abs).max() ?? 0) / 31 }
            let d = half((scales.max() ?? 0) / 127)
            return zip(blocks, scales).flatMap { block, scale in
                let step = d > 0 ? d * (scale / d).rounded() : 0
                return block.map { step > 0 ? step * min(max(($0 / step).rounded(), -32), 31) : 0 }
            }
        }
        let highest: Double = type == .q4_k ? 15 : 31
        let minima = blocks.map { max(0, -($0.min() ?? 0)) }
        let scales = zip(blocks, minima).map { (($0.max() ?? 0) + $1) / highest }
        let (d, dmin) = (half((scales.max() ?? 0) / 63), half((minima.max() ?? 0) / 63))
        return blocks.indices.flatMap { b in
            let step = d > 0 ? d * min((scales[b] / d).rounded(), 63) : 0
            let minimum = dmin > 0 ? dmin * min((minima[b] / dmin).rounded(), 63) : 0
            return blocks[b].map { value in
                let q = step > 0 ? min(max(((value + minimum) / step).rounded(), 0), highest) : 0
                return step * q - minimum
            }
        }
    }
}
