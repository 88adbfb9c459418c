import Datasets
import FoundationEssentials
import JSON
import Platform

/// Cached statistics and findings of datasets, kept between processes.
///
/// An entry is valid while the model's file has the same size and modification time.
struct MeasurementCache: Sendable {
    /// Counts and findings of one dataset as one model sees it.
    struct Measurement: Codable {
        var statistics: DatasetSummary.Statistics
        var lint: LintReport
    }

    /// The inputs of a measurement.
    struct Key: Codable, Equatable {
        var version = 2
        var digest: String
        var model: String
        var modelStamp: ContentStamp
        var sequenceLength: Int
    }

    private struct Entry: Codable {
        var key: Key
        var measurement: Measurement
    }

    /// The folder of the files.
    let folder: String
    let isWritable: Bool

    func measurement(for key: Key) -> Measurement? {
        guard let bytes = try? Files.read(file(key)),
            let entry = try? decodeJSON(Entry.self, from: bytes), entry.key == key
        else { return nil }
        return entry.measurement
    }

    /// Stores a measurement; if that fails, it is repeated the next time.
    func keep(_ measurement: Measurement, for key: Key) {
        guard isWritable else { return }
        let entry = Entry(key: key, measurement: measurement)
        guard let bytes = try? JSONEncoder().encode(entry) else { return }
        try? Files.makeFolder(folder)
        try? Files.write(Array(bytes), to: file(key))
    }

    /// One file per dataset, with its newest measurement.
    private func file(_ key: Key) -> String { "\(folder)/\(key.digest).measured.json" }
}
