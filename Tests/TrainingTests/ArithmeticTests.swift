import Foundation
import Tensors
import Testing
import Training
import Transformer

@Suite struct ArithmeticTests {
    /// Before there were kernels with VNNI and without BF16, those with both had their name.
    @Test func anOlderCheckpointHasTheFormerNamesOfTheKernels() throws {
        for (former, name) in [("avx512vnni", "avx512bf16"), ("avx2", "avx2")] {
            let text = #"{"instructionSet": "\#(former)", "matrixLibrary": "ZEN"}"#
            let read = try JSONDecoder().decode(Arithmetic.self, from: Data(text.utf8))
            #expect(read.instructionSet == name)
            let again = try JSONDecoder()
                .decode(Arithmetic.self, from: JSONEncoder().encode(read))
            #expect(again == read)
        }
    }

    @Test func theNewNameWithoutBFloat16IsKept() throws {
        let text = #"{"kernels": "avx512vnni", "matrixLibrary": "ZEN"}"#
        let read = try JSONDecoder().decode(Arithmetic.self, from: Data(text.utf8))
        #expect(read.instructionSet == "avx512vnni")
    }

    /// What is multiplied in comes from the run's begin, unless it is forced.
    @Test func aResumedRunMultipliesAsItBegan() throws {
        let chosen = ProductFormats(forward: .int8, backward: .bfloat16)
        let recorded = ProductFormats(forward: .int8, backward: .float32)
        func products(
            _ precision: Precision,
            _ recorded: ProductFormats?,
            forced: Bool = false
        )
            -> ProductFormats?
        {
            Arithmetic.products(precision, chosen, resuming: recorded, areForced: forced)
        }
        #expect(products(.fast, recorded) == recorded)
        #expect(products(.fast, recorded, forced: true) == chosen)
        #expect(products(.fast, nil) == chosen)
        #expect(products(.exact, recorded) == nil)
    }

    @Test func otherProductsAreWarnedOf() throws {
        func read(_ products: String) throws -> Arithmetic {
            let text = #"{"kernels": "avx2", "matrixLibrary": "ZEN"\#(products)}"#
            return try JSONDecoder().decode(Arithmetic.self, from: Data(text.utf8))
        }
        let float32 = try read(#", "products": {"forward": "float32", "backward": "float32"}"#)
        let int8 = try read(#", "products": {"forward": "int8", "backward": "float32"}"#)
        let older = try read("")
        #expect(float32.warnings(resuming: float32).isEmpty)
        #expect(float32.warnings(resuming: older).isEmpty)
        let warning = try #require(float32.warnings(resuming: int8).first)
        #expect(warning.contains("products in int8 and float32"))
    }
}
