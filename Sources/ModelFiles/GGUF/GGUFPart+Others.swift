import Platform

extension GGUFPart {
    /// This file with the other parts of its model, in order; alone if it is whole.
    func withOthers() throws(ModelFileError) -> [GGUFPart] {
        guard let place = try place() else { return [self] }
        guard let names = NumberedPart(path: file.path), names.count == place.count,
            names.number == place.index + 1
        else {
            throw ModelFileError(
                .missingPart,
                "\(file.path) is part \(place.index + 1) of \(place.count) of a model, but not named "
                    + "as it, so the others cannot be found.",
                hint: "name the parts as they were: "
                    + NumberedPart.example(count: place.count)
            )
        }
        var parts: [GGUFPart] = []
        for (index, path) in names.paths.enumerated() {
            // This one too: its tensors must know which part they are in.
            let part = try GGUFPart(
                index == place.index ? file : other(path, place, index),
                index: index
            )
            guard try part.place() ?? (0, 1) == (index, place.count) else {
                throw GGUFReader(part.file).corrupt(
                    "it does not say that it is part \(index + 1) of \(place.count)"
                )
            }
            parts.append(part)
        }
        let count = parts.reduce(0) { $0 + $1.tensors.count }
        if let promised = parts[0].metadata["split.tensors.count"]?.integer, promised != count {
            throw ModelFileError(
                .missingPart,
                "The \(place.count) parts of \(parts[0].file.path) have \(count) tensors together, "
                    + "not \(promised): they are not of one model.",
                hint: "get all parts again, from one place"
            )
        }
        return parts
    }

    private func other(
        _ path: String,
        _ place: (index: Int, count: Int),
        _ index: Int
    ) throws(ModelFileError) -> MappedFile {
        do {
            return try MappedFile(path: path)
        } catch {
            guard error.code == .notFound else { throw error }
            throw ModelFileError(
                .missingPart,
                "\(file.path) is part \(place.index + 1) of \(place.count) of a model, and part "
                    + "\(index + 1), \(path), is not there.",
                hint: "put all parts into one folder; they are opened as one model"
            )
        }
    }

    /// The part's number and count according to the file; nil for a whole file.
    private func place() throws(ModelFileError) -> (index: Int, count: Int)? {
        guard let value = metadata["split.count"] else { return nil }
        guard let count = value.integer, (0...65535).contains(count) else {
            throw GGUFReader(file).corrupt("split.count is no count of parts")
        }
        guard count > 1 else { return nil }
        guard let index = metadata["split.no"]?.integer, (0..<count).contains(index) else {
            throw GGUFReader(file).corrupt("split.no is none of its \(count) parts")
        }
        return (index, count)
    }
}
