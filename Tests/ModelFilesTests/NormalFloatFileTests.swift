import ModelFiles
import Platform
import Tensors
import Testing

/// Matrices in four bits as saved by bitsandbytes 0.50.2.
@Suite struct NormalFloatFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    struct Part {
        var type: String
        var shape: [Int]
        var bytes: [UInt8]

        static func floats(_ numbers: [Float]) -> Part {
            Part(type: "F32", shape: [numbers.count], bytes: numbers.flatMap(Self.bytes))
        }

        static func bytes(_ bytes: [UInt8]) -> Part {
            Part(type: "U8", shape: [bytes.count], bytes: bytes)
        }

        private static func bytes(_ number: Float) -> [UInt8] {
            withUnsafeBytes(of: number.bitPattern.littleEndian, Array.init)
        }
    }

    static let name = "layer.weight"
    static let state = "\(name).quant_state.bitsandbytes__nf4"

    /// Of a matrix (2, 64) in float16.
    static let codes = bytes(
        "075b7287e74a7176c7387f75b7186d7497076c7287e75a7176d7397f75b7286e"
            + "7497076c7287e75a7186d7397075b7287e74a7176d7397f75b7186e7497076c7"
    )

    static func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
    }

    static var nested: [String: Part] {
        let json = #"""
            {"quant_type": "nf4", "blocksize": 64, "dtype": "float16", "shape": [2, 64], \#
            "nested_blocksize": 256, "nested_dtype": "float32", "nested_offset": 0.985107421875}
            """#
        return [
            name: Part(type: "U8", shape: [64, 1], bytes: codes),
            "\(name).absmax": .bytes([0xFF, 0]),
            "\(name).quant_map": .floats(ElementType.normalFloatCode),
            "\(name).nested_absmax": .floats([Float(bitPattern: 0x3C74_0000)]),
            "\(name).nested_quant_map": .floats(DynamicCode.map),
            state: .bytes(Array(json.utf8)),
        ]
    }

    static var plain: [String: Part] {
        let json = #"{"quant_type": "nf4", "blocksize": 64, "dtype": "float16", "shape": [2, 64]}"#
        return [
            name: Part(type: "U8", shape: [64, 1], bytes: codes),
            "\(name).absmax": .floats([1, Float(bitPattern: 0x3F78_6000)]),
            "\(name).quant_map": .floats(ElementType.normalFloatCode),
            state: .bytes(Array(json.utf8)),
        ]
    }

    func open(_ parts: [String: Part]) throws -> SafetensorsFile {
        var (members, data): ([String], [UInt8]) = ([], [])
        for (name, part) in parts.sorted(by: { $0.key < $1.key }) {
            let end = data.count + part.bytes.count
            members.append(
                #""\#(name)":{"dtype":"\#(part.type)","shape":\#(part.shape),"#
                    + #""data_offsets":[\#(data.count),\#(end)]}"#
            )
            data += part.bytes
        }
        let header = Array("{\(members.joined(separator: ","))}".utf8)
        var bytes: [UInt8] = []
        bytes.append(UInt64(header.count))
        return try SafetensorsFile(
            path: folder.write(bytes + header + data, to: "model.safetensors")
        )
    }

    /// The FNV-1a hash of the float32 numbers' bytes.
    func hash(_ weight: Weight) -> UInt64 {
        let count = weight.rows * weight.columns
        var numbers = [Float](repeating: .nan, count: count)
        weight.type.dequantize(weight.row(0), count: count, into: &numbers)
        return numbers.withUnsafeBytes { bytes in
            bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        }
    }

    @Test func aMatrixHasTheNumbersThatBitsandbytesReads() throws {
        for (parts, expected) in [
            (Self.nested, 0xDFFA_42BA_253B_1B4F as UInt64), (Self.plain, 0x03EF_6E3E_ADA0_3220),
        ] {
            let file = try open(parts)
            #expect(file.isNormalFloat(named: Self.name))
            #expect(try file.normalFloatShape(named: Self.name) == [2, 64])
            let weight = try file.normalFloatWeight(named: Self.name)
            #expect((weight.type, weight.rows, weight.columns) == (.nf4, 2, 64))
            #expect(hash(weight) == expected)
        }
    }

    @Test func aScaleForMoreNumbersIsThatOfSeveralBlocks() throws {
        var parts = Self.plain
        parts[Self.state] = .bytes(
            Array(#"{"quant_type":"nf4","blocksize":128,"dtype":"float32","shape":[1,128]}"#.utf8)
        )
        parts["\(Self.name).absmax"] = .floats([2])
        let weight = try open(parts).normalFloatWeight(named: Self.name)
        #expect(weight.row(0).loadUnaligned(as: Float.self) == 2)
        #expect(weight.row(0).loadUnaligned(fromByteOffset: 36, as: Float.self) == 2)
    }

    struct Damage: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: ModelFileError.Code
        let change: @Sendable (inout [String: Part]) -> Void

        init(
            _ description: String,
            _ code: ModelFileError.Code,
            _ change: @escaping @Sendable (inout [String: Part]) -> Void
        ) {
            testDescription = description
            self.code = code
            self.change = change
        }

        /// Other JSON beside the matrix.
        static func state(
            _ description: String,
            _ code: ModelFileError.Code,
            _ json: String
        ) -> Damage {
            Damage(description, code) { $0[NormalFloatFileTests.state] = .bytes(Array(json.utf8)) }
        }
    }

    static let damages: [Damage] = [
        Damage("no state", .missingPart) { $0[state] = nil },
        Damage("FP4", .unsupportedType) {
            $0["\(name).quant_state.bitsandbytes__fp4"] = $0.removeValue(forKey: state)
        },
        Damage("no scales", .missingPart) { $0["\(name).absmax"] = nil },
        Damage("no codes", .missingPart) { $0[name] = nil },
        Damage("no scales of scales", .missingPart) { $0["\(name).nested_absmax"] = nil },
        Damage("too few codes", .corrupt) {
            $0[name]?.bytes.removeLast(); $0[name]?.shape[0] = 63
        },
        Damage("too many scales", .corrupt) { $0["\(name).absmax"] = .bytes([1, 2, 3]) },
        Damage("too many scales of scales", .corrupt) {
            $0["\(name).nested_absmax"] = .floats([1, 2])
        },
        Damage("half a map", .corrupt) { $0["\(name).nested_quant_map"] = .floats([0, 1]) },
        Damage("scales of another type", .corrupt) { $0["\(name).absmax"] = .floats([1, 1]) },
        Damage("other codes", .corrupt) {
            $0["\(name).quant_map"] = .floats((0..<16).map { Float($0) })
        },
        .state("no JSON", .corrupt, "\u{0}\u{1}"),
        .state("an empty object", .corrupt, "{}"),
        .state("one dimension", .corrupt, #"{"quant_type":"nf4","blocksize":64,"shape":[128]}"#),
        .state(
            "an overflowing shape",
            .corrupt,
            #"{"quant_type":"nf4","blocksize":64,"shape":[1099511627776,1099511627776]}"#
        ),
        .state(
            "a negative shape",
            .corrupt,
            #"{"quant_type":"nf4","blocksize":64,"shape":[-2,-64]}"#
        ),
        .state("no block", .corrupt, #"{"quant_type":"nf4","blocksize":0,"shape":[2,64]}"#),
        .state(
            "rows of other lengths",
            .unsupportedType,
            #"{"quant_type":"nf4","blocksize":64,"shape":[4,32]}"#
        ),
        .state(
            "blocks of other lengths",
            .unsupportedType,
            #"{"quant_type":"nf4","blocksize":32,"shape":[2,64]}"#
        ),
        .state(
            "half of a nested state",
            .corrupt,
            #"{"quant_type":"nf4","blocksize":64,"shape":[2,64],"nested_blocksize":256}"#
        ),
        .state(
            "no nested block",
            .corrupt,
            #"{"quant_type":"nf4","blocksize":64,"shape":[2,64],"nested_blocksize":0,"#
                + #""nested_offset":1}"#
        ),
    ]

    @Test(arguments: damages) func aMismatchIsAnErrorThatNamesTheTensor(
        damage: Damage
    ) throws {
        var parts = Self.nested
        damage.change(&parts)
        let file = try open(parts)
        let error = try #require(throws: ModelFileError.self) {
            _ = try file.normalFloatWeight(named: Self.name)
        }
        #expect(error.code == damage.code, "\(error)")
        #expect(error.message.contains(Self.name))
        #expect(error.hint != nil)
    }
}
