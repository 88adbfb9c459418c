import ModelFiles
import Testing

@Suite struct RotaryLayoutTests {
    // As numpy has it: np.arange(24).reshape(2, 2, 3, 2).swapaxes(1, 2).reshape(-1)
    @Test func permutesAsGGUFConvertersDo() {
        let matrix = (0..<24).map { Float($0) }
        let expected: [Float] = [
            0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11, 12, 13, 18, 19, 14, 15, 20, 21, 16, 17, 22, 23,
        ]
        #expect(permuteToAdjacentPairs(matrix, columns: 2, heads: 2) == expected)
        #expect(permuteToHalves(expected, columns: 2, heads: 2) == matrix)
    }

    @Test(arguments: [(1, 1, 2), (3, 5, 8), (9, 16, 64)])
    func theReversePermutationIsTheInverse(heads: Int, columns: Int, width: Int) {
        let matrix = (0..<heads * columns * width).map { Float($0) }
        let there = permuteToAdjacentPairs(matrix, columns: columns, heads: heads)
        #expect(permuteToHalves(there, columns: columns, heads: heads) == matrix)
        #expect(there == matrix || width > 2)
        // Row 1 of a head in halves is row 2 in adjacent pairs.
        if width > 2 { #expect(there[2 * columns] == matrix[columns]) }
    }
}
