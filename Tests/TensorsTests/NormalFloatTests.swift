import Platform
import Tensors
import Testing

/// NF4 with quantized scales against bitsandbytes 0.50.2 on one thread.
@Suite struct NormalFloatTests {
    /// What bitsandbytes makes of a matrix: hashes of its parts, as `ReferenceBlocks.hash`.
    struct Case: Sendable {
        let type: ElementType
        let rows: Int
        let columns: Int
        let codes: UInt64
        let scaleCodes: UInt64
        let scaleScales: UInt64
        let offset: Float
        /// Of the numbers in float32 after dequantization.
        let numbers: UInt64
    }

    static let cases = [
        Case(
            type: .f32,
            rows: 96,
            columns: 576,
            codes: 0xD5D1_86A3_F36F_F06B,
            scaleCodes: 0x9E2B_CFEE_2A88_E923,
            scaleScales: 0x16E9_7F8F_178B_62EC,
            offset: 0.9746594429016113,
            numbers: 0x64DA_7C57_0481_1287
        ),
        Case(
            type: .f32,
            rows: 5,
            columns: 64,
            codes: 0x5E4B_5755_ABB0_FD0F,
            scaleCodes: 0x47FD_F3D6_F07D_A26E,
            scaleScales: 0xA8F3_EF8B_2A76_8407,
            offset: 0.9806707501411438,
            numbers: 0x0F96_4D04_7DA0_E8E6
        ),
        Case(
            type: .f32,
            rows: 40,
            columns: 1024,
            codes: 0x48D7_386A_BB5B_03AF,
            scaleCodes: 0x687B_531D_B09D_5657,
            scaleScales: 0x482E_1BF1_9DCD_E2CE,
            offset: 0.9746573567390442,
            numbers: 0x9A3A_ED9F_BE43_3AFD
        ),
        Case(
            type: .f16,
            rows: 96,
            columns: 576,
            codes: 0xA04F_C79E_4133_53E8,
            scaleCodes: 0x823C_20BE_61B6_65F4,
            scaleScales: 0x52C2_7CCB_882C_CD5F,
            offset: 0.9746636152267456,
            numbers: 0x361F_6B4E_7C98_06B6
        ),
        Case(
            type: .f16,
            rows: 5,
            columns: 64,
            codes: 0x5E4B_5755_ABB0_FD0F,
            scaleCodes: 0x55D3_27D6_F756_4E3D,
            scaleScales: 0x1F84_089D_04B6_1B33,
            offset: 0.980761706829071,
            numbers: 0xF361_B997_6649_797E
        ),
        Case(
            type: .f16,
            rows: 40,
            columns: 1024,
            codes: 0xFB33_0709_5B33_9C80,
            scaleCodes: 0xCCD7_4E57_2FF3_1376,
            scaleScales: 0x8F85_A620_78A8_61FA,
            offset: 0.9746597409248352,
            numbers: 0x044B_3770_1EB4_F259
        ),
        Case(
            type: .bf16,
            rows: 96,
            columns: 576,
            codes: 0xFB71_3E9C_2D0A_19F6,
            scaleCodes: 0xBC12_7D36_8DCC_86D2,
            scaleScales: 0xFE65_E650_9432_F325,
            offset: 0.9746546149253845,
            numbers: 0xB038_8FAE_CDEA_C11D
        ),
        Case(
            type: .bf16,
            rows: 5,
            columns: 64,
            codes: 0x43A2_9680_C10B_ED0A,
            scaleCodes: 0x019B_F802_A08E_DBDD,
            scaleScales: 0x4B05_CA7F_9C00_3C51,
            offset: 0.98046875,
            numbers: 0x2C83_9CBF_4BB1_6444
        ),
        Case(
            type: .bf16,
            rows: 40,
            columns: 1024,
            codes: 0x2163_D54B_8E19_7601,
            scaleCodes: 0x4A2D_D19C_6F9B_C9FF,
            scaleScales: 0xD08B_5DDA_EFE1_4759,
            offset: 0.9746643304824829,
            numbers: 0x5722_6ACB_4F14_E75F
        ),
    ]

    /// Cubes of numbers between -1 and 1.
    static func source(_ type: ElementType, rows: Int, columns: Int) -> Weight {
        let count = rows * columns
        let numbers = (0..<count).map { i in
            let u = Float((UInt32(truncatingIfNeeded: i) &* 2_654_435_761) >> 8) * 0x1p-23 - 1
            return u * u * u
        }
        let memory = AlignedMemory(byteCount: type.byteCount(elements: count))
        type.quantize(numbers, count: count, into: memory.pointer)
        return Weight(
            type: type,
            rows: rows,
            columns: columns,
            bytes: UnsafeRawBufferPointer(start: memory.pointer, count: memory.byteCount),
            owner: memory
        )
    }

    static func hash(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    static func numbers(_ weight: Weight) -> [Float] {
        let count = weight.rows * weight.columns
        var numbers = [Float](repeating: .nan, count: count)
        weight.type.dequantize(weight.row(0), count: count, into: &numbers)
        return numbers
    }

    @Test(arguments: cases, [1, 3]) func aMatrixIsWhatBitsandbytesMakesOfIt(
        case expected: Case,
        threads: Int
    ) throws {
        let matrix = try NormalFloatMatrix(
            quantizing: Self.source(expected.type, rows: expected.rows, columns: expected.columns),
            on: WorkerPool(threads: threads)
        )
        #expect(Self.hash(matrix.packedCodes) == expected.codes)
        #expect(Self.hash(matrix.scaleCodes) == expected.scaleCodes)
        #expect(ReferenceBlocks.hash(of: matrix.scaleScales) == expected.scaleScales)
        #expect(matrix.scaleOffset == expected.offset)
        #expect(ReferenceBlocks.hash(of: Self.numbers(matrix.weight)) == expected.numbers)
    }

    @Test func theCodesOfScalesAreThoseOfBitsandbytes() {
        #expect(DynamicCode.map.count == 256)
        #expect(DynamicCode.map == DynamicCode.map.sorted())
        #expect(ReferenceBlocks.hash(of: DynamicCode.map) == 0xD677_F22A_9666_5BC4)
        #expect(ElementType.normalFloatCode == PlainLoops.normalFloat)
    }

    @Test func aWeightOfCodesAndScalesHasTheirProducts() {
        let codes = (0..<64).map { UInt8($0 * 37 % 256) }
        let weight = codes.withUnsafeBytes {
            Weight.normalFloat(rows: 1, columns: 128, packedCodes: $0, scales: [2, -0.5])
        }
        let expected = codes.enumerated().flatMap { index, byte in
            [byte >> 4, byte & 15].map {
                PlainLoops.normalFloat[Int($0)] * (index < 32 ? 2 : -0.5)
            }
        }
        #expect(Self.numbers(weight) == expected)
    }

    @Test func zerosStayZero() throws {
        let zeros = AlignedMemory(byteCount: 512)
        zeros.pointer.initializeMemory(as: UInt8.self, repeating: 0, count: 512)
        let source = Weight(
            type: .f16,
            rows: 4,
            columns: 64,
            bytes: UnsafeRawBufferPointer(start: zeros.pointer, count: 512),
            owner: zeros
        )
        let matrix = try NormalFloatMatrix(quantizing: source, on: WorkerPool(threads: 1))
        #expect(Self.numbers(matrix.weight).allSatisfy { $0 == 0 })
    }

    @Test func whatCannotBeStoredIsAnError() throws {
        let pool = WorkerPool(threads: 1)
        let narrow = try #require(throws: TensorError.self) {
            _ = try NormalFloatMatrix(quantizing: Self.source(.f32, rows: 2, columns: 96), on: pool)
        }
        #expect(narrow.code == .wrongShape)
        let memory = AlignedMemory(byteCount: 256)
        memory.pointer.initializeMemory(as: Float.self, repeating: .infinity, count: 64)
        let infinite = Weight(
            type: .f32,
            rows: 1,
            columns: 64,
            bytes: UnsafeRawBufferPointer(start: memory.pointer, count: 256),
            owner: memory
        )
        let error = try #require(throws: TensorError.self) {
            _ = try NormalFloatMatrix(quantizing: infinite, on: pool)
        }
        #expect(error.code == .notFinite)
    }
}
