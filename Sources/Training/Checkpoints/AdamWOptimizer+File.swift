import ModelFiles
import Tensors

extension AdamWOptimizer {
    private static let firstName = "first_moment"
    private static let secondName = "second_moment"

    /// Writes both moments, in the order of the adapter's parameters in memory.
    func write(to path: String) throws {
        let entries = [(Self.firstName, firstMoment), (Self.secondName, secondMoment)].map {
            SafetensorsEntry(name: $0, shape: [$1.count], values: .float32(Array($1.values)))
        }
        try SafetensorsFile.write(entries, to: path)
    }

    /// Takes over the moments of a file that `write` made.
    func read(from path: String) throws {
        let file = try SafetensorsFile(path: path)
        for (name, buffer) in [(Self.firstName, firstMoment), (Self.secondName, secondMoment)] {
            let values = try file.floats(named: name)
            guard values.count == buffer.count else {
                throw TrainingError(
                    .damagedCheckpoint,
                    "\(path) has \(values.count) numbers in \(name), the adapter has \(buffer.count)."
                )
            }
            _ = buffer.values.update(fromContentsOf: values)
        }
    }
}
