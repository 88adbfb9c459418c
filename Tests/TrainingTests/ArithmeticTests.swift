import Foundation
import Testing
import Training

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
}
