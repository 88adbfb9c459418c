public import ModelFiles
internal import Platform
internal import Tensors

extension ModelParameters {
    /// Writes a GGUF file of the model `file` with these numbers in place of its own.
    ///
    /// Everything else is the model's: its tokenizer, its template, and the types of its tensors, to
    /// which the numbers are rounded. The file is complete and flushed to the disk, or not there.
    ///
    /// - Throws: `ModelFileError` if GGUF cannot describe the model's tokenizer, if a number does not
    ///   fit its type, or if the disk is full.
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

/// A model's trained numbers, which replace those of its file.
private struct ReplacedNumbers: MatrixChange {
    private struct Source {
        let start: Int  // of (rows, columns)
        let rows: Int
        /// The number of heads, if the file has their rows in another order.
        let heads: Int?
    }

    private let parameters: ModelParameters
    private let sources: [String: Source]

    init(_ parameters: ModelParameters, _ file: ModelFile) {
        self.parameters = parameters
        let configuration = file.configuration
        let isReordered = file.rotaryLayout != configuration.traits.rotaryLayout
        var sources: [String: Source] = [:]
        for (role, layer, place) in file.placesInGGUF {
            guard let slot = parameters.slot(place.role, layer: layer) else { continue }
            let rows = place.rows ?? 0..<slot.rows
            sources[role.ggufName(layer: layer)] = Source(
                start: slot.range.lowerBound + rows.lowerBound * slot.columns,
                rows: rows.count,
                heads: isReordered ? role.rotatedHeads(configuration) : nil
            )
        }
        self.sources = sources
    }

    func changes(_ name: String) -> Bool { sources[name] != nil }

    func apply(
        to name: String,
        columns: Int,
        rows: Range<Int>,
        _ numbers: UnsafeMutablePointer<Float>
    ) {
        guard let source = sources[name] else { return }
        let start = parameters.buffer.pointer + source.start
        for (i, row) in rows.enumerated() {
            let from = source.heads.map { rowInHalves(row, headWidth: source.rows / $0) } ?? row
            (numbers + i * columns).update(from: start + from * columns, count: columns)
        }
    }
}
