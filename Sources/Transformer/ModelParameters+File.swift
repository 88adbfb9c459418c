public import ModelFiles
internal import Platform
internal import Tensors

extension ModelParameters {
    /// Writes a GGUF file of the model `file` with these numbers in place of its own.
    ///
    /// Everything else is the model's: its words, its template, and the types of its tensors, to
    /// which the numbers are rounded. The file is whole and flushed to the disk, or not there.
    ///
    /// - Throws: `ModelFileError` if GGUF has no words for the model's tokenizer, if a number has
    ///   no place in its type, or if the disk has not the room.
    public func write(inPlaceOfThoseOf file: ModelFile, to path: String) throws {
        var source = file.path
        let halfway = "\(path).halfway"
        defer { Files.remove(halfway) }
        if file.isFolder {
            try CheckpointConversion(file).write(to: halfway)
            source = halfway
        }
        let recipe = QuantizationRecipe(name: file.quantization) ?? .f32
        var work = GGUFQuantization(try GGUFFile(path: source), recipe: recipe)
        work.change = ReplacedNumbers(self, file)
        _ = try work.write(to: path, isCancelled: { false }, progress: { _ in })
    }
}

/// A model's trained numbers, which take the places of those in its file.
private struct ReplacedNumbers: MatrixChange {
    private let parameters: ModelParameters
    private let slots: [String: ModelParameters.Slot]
    /// By the names of matrices whose rows the file has in another order, their heads.
    private let heads: [String: Int]

    init(_ parameters: ModelParameters, _ file: ModelFile) {
        self.parameters = parameters
        slots = Dictionary(
            parameters.slots.map { ($0.role.ggufName(layer: $0.layer), $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let configuration = file.configuration
        let isReordered = file.rotaryLayout != configuration.traits.rotaryLayout
        heads = slots.filter { isReordered && [.query, .key].contains($0.value.role) }
            .mapValues {
                $0.role == .query ? configuration.headCount : configuration.keyValueHeadCount
            }
    }

    func changes(_ name: String) -> Bool { slots[name] != nil }

    func apply(
        to name: String,
        columns: Int,
        rows: Range<Int>,
        _ numbers: UnsafeMutablePointer<Float>
    ) {
        guard let slot = slots[name] else { return }
        let start = parameters.buffer.pointer + slot.range.lowerBound
        for (i, row) in rows.enumerated() {
            let from = heads[name].map { rowInHalves(row, headWidth: slot.rows / $0) } ?? row
            (numbers + i * columns).update(from: start + from * columns, count: columns)
        }
    }
}
