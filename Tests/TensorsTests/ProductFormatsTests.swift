import Foundation
import Tensors
import Testing

/// The choice between formats of products.
@Suite struct ProductFormatsTests {
    @Test(arguments: [
        (ProductSpeeds(int8: 740, bfloat16: 522, float32: 262), "int8 and bfloat16"),
        (ProductSpeeds(int8: 800, bfloat16: 1700, float32: 217), "bfloat16"),
        (ProductSpeeds(int8: 808, bfloat16: 155, float32: 217), "int8 and float32"),
        (ProductSpeeds(int8: 45, bfloat16: 39, float32: 49), "float32"),
        // A less accurate format that is hardly faster is not worth it.
        (ProductSpeeds(int8: 110, bfloat16: 105, float32: 100), "float32"),
    ])
    func theFastestUnlessItIsHardlyFaster(speeds: ProductSpeeds, formats: String) {
        #expect(speeds.fastest.description == formats)
    }

    @Test func theEnvironmentForcesAFormat() throws {
        let fastest = ProductFormats(forward: .int8, backward: .float32)
        func forced(_ name: String?) throws -> String? {
            let environment = name.map { [ProductFormats.variable: $0] } ?? [:]
            return try ProductFormats.forced(environment: environment, fastest: fastest)?
                .description
        }
        #expect(try forced(nil) == nil)
        #expect(try forced("") == nil)
        #expect(try forced("float32") == "float32")
        #expect(try forced("bfloat16") == "bfloat16")
        #expect(try forced("int8") == "int8 and float32")
        let error = #expect(throws: TensorError.self) { try forced("float16") }
        #expect(
            "\(error.map { "\($0)" } ?? "")".contains(
                "WORKBENCH_GEMM names no format of products: float16."
            )
        )
    }

    @Test func aMachineIsMeasuredOnce() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("formats-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var measured = 0
        func speeds(processor: String) -> ProductSpeeds {
            .ofThisMachine(folder: folder, processor: processor) {
                measured += 1
                return ProductSpeeds(int8: Double(measured), bfloat16: 0.1, float32: 1)
            }
        }
        #expect(speeds(processor: "A").int8 == 1)
        #expect(speeds(processor: "A").int8 == 1)
        #expect(speeds(processor: "B").int8 == 2)
        #expect(measured == 2)
        // A damaged file is measured again.
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let path = "\(folder)/\(name)"
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            bytes[bytes.count - 2] ^= 1
            try bytes.write(to: URL(fileURLWithPath: path))
        }
        #expect(speeds(processor: "A").int8 == 3)
        #expect(speeds(processor: "A").int8 == 3)
    }

    @Test func measuredSpeedsArePositive() {
        let speeds = ProductSpeeds.measured()
        for speed in [speeds.int8, speeds.bfloat16, speeds.float32] {
            #expect(speed > 0 && speed.isFinite)
        }
    }
}
