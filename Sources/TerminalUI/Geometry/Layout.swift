/// The length of one part of a split.
public enum Length: Hashable, Sendable {
    /// Exactly this many cells, if there is room.
    case fixed(Int)
    /// A share, by weight, of the cells that fixed lengths and minima leave.
    case ratio(Int)
    /// At least this many cells, then a share by weight.
    case min(Int, weight: Int = 1)

    fileprivate var minimum: Int {
        switch self {
        case .fixed(let cells), .min(let cells, _): Swift.max(0, cells)
        case .ratio: 0
        }
    }

    fileprivate var weight: Int {
        switch self {
        case .fixed: 0
        case .ratio(let weight), .min(_, let weight): Swift.max(0, weight)
        }
    }
}

extension Rect {
    /// Cuts the rectangle into rows from top to bottom.
    ///
    /// With `sharingBorders`, neighbours overlap by one row, so that their boxes join. When space
    /// runs out, later parts become empty.
    public func rows(_ parts: [Length], sharingBorders: Bool = false) -> [Rect] {
        Self.spans(of: parts, in: height, overlap: sharingBorders ? 1 : 0).map { span in
            Rect(x: x, y: y + span.start, width: width, height: span.length)
        }
    }

    /// Cuts the rectangle into columns from left to right, as ``rows(_:sharingBorders:)`` does.
    public func columns(_ parts: [Length], sharingBorders: Bool = false) -> [Rect] {
        Self.spans(of: parts, in: width, overlap: sharingBorders ? 1 : 0).map { span in
            Rect(x: x + span.start, y: y, width: span.length, height: height)
        }
    }

    /// The start and length of each part.
    ///
    /// With an overlap, a part advances by its length minus the overlap; the advances share the
    /// total minus one overlap.
    private static func spans(
        of parts: [Length],
        in total: Int,
        overlap: Int
    ) -> [(start: Int, length: Int)] {
        let advances = lengths(of: parts, in: Swift.max(0, total - overlap), less: overlap)
        var start = 0
        return advances.map { advance in
            defer { start += advance }
            return (start, advance > 0 ? advance + overlap : 0)
        }
    }

    static func lengths(of parts: [Length], in total: Int, less overlap: Int = 0) -> [Int] {
        var remaining = total
        var lengths = parts.map { part in
            let length = Swift.min(Swift.max(0, part.minimum - overlap), remaining)
            remaining -= length
            return length
        }
        let weights = parts.reduce(0) { $0 + $1.weight }
        guard weights > 0 else { return lengths }
        // Each border of the shares is rounded down from the left, so the shares add up exactly.
        var passed = 0
        for (index, part) in parts.enumerated() where part.weight > 0 {
            let start = remaining * passed / weights
            passed += part.weight
            lengths[index] += remaining * passed / weights - start
        }
        return lengths
    }
}
