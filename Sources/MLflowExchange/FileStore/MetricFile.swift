import Tracking

/// A metric's file in MLflow's file store: one line per point, `timestamp value step`.
enum MetricFile {
    /// One line.
    struct Point {
        let timestamp: Int
        let value: Double
        let step: Int
    }

    /// The points of a file, all or none of them.
    ///
    /// Early versions of MLflow wrote no step, which counts as 0; late ones may add the name and
    /// the digest of a dataset.
    static func points(_ bytes: [UInt8]) throws -> [Point] {
        var points: [Point] = []
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let fields = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }
            guard !fields.isEmpty else { continue }
            guard [2, 3, 5].contains(fields.count), let timestamp = integer(fields[0]),
                let value = Double(String(decoding: fields[1], as: UTF8.self)),
                let step = fields.count == 2 ? 0 : integer(fields[2])
            else { throw PlainFiles.Fault("line \(number) is not `timestamp value step`") }
            points.append(Point(timestamp: timestamp, value: value, step: step))
        }
        return points
    }

    private static func integer(_ field: ArraySlice<UInt8>) -> Int? {
        Int(String(decoding: field, as: UTF8.self))
    }
}
