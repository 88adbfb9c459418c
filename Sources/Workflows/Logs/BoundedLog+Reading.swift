public import Platform

extension BoundedLog {
    /// The lines of a log from a byte on; without any if there are no more yet.
    ///
    /// A page ends where bytes were dropped; the next one begins behind them and says how many.
    ///
    /// - Parameter limit: About how many bytes a page has; at least a line.
    public static func page(
        in folder: String,
        after cursor: Int = 0,
        limit: Int = 1 << 18
    ) -> TaskLogPage {
        let segments = LogSegment.all(in: folder)
        var page = TaskLogPage(lines: [], cursor: max(0, cursor))
        var left = max(limit, 1 << 17)
        for (place, segment) in segments.enumerated() where left > 0 {
            let next = place + 1 < segments.count ? segments[place + 1].start : Int.max
            guard next > page.cursor else { continue }
            if segment.start > page.cursor {
                // After the first lines a gap ends the page.
                guard page.lines.isEmpty else { break }
                page.dropped = segment.start - page.cursor
                page.cursor = segment.start
            }
            guard let bytes = segment.bytes(from: page.cursor - segment.start, limit: left),
                let end = bytes.lastIndex(of: UInt8(ascii: "\n"))
            else { continue }
            page.lines += bytes[..<end].split(
                separator: UInt8(ascii: "\n"),
                omittingEmptySubsequences: false
            ).map { String(decoding: $0, as: UTF8.self) }
            page.cursor += end + 1
            left -= end + 1
        }
        return page
    }

    /// The byte from which about this many are left: the cursor for the end of a log.
    public static func cursor(in folder: String, beforeEnd count: Int) -> Int {
        let segments = LogSegment.all(in: folder)
        guard let end = segments.last?.end, end > count else { return 0 }
        let wanted = end - count
        guard let segment = segments.last(where: { $0.start <= wanted }), segment.end > wanted,
            let bytes = segment.bytes(from: wanted - segment.start, limit: 1 << 17),
            let line = bytes.firstIndex(of: UInt8(ascii: "\n"))
        else { return segments.first { $0.start > wanted }?.start ?? wanted }
        return wanted + line + 1
    }

    /// Writes what is kept of a log into one file, with a line where bytes were dropped.
    ///
    /// - Returns: Whether there is a log.
    @discardableResult
    public static func copy(
        _ folder: String,
        to path: String
    ) throws(PlatformError) -> Bool {
        guard !LogSegment.all(in: folder).isEmpty else { return false }
        try NewFile.replace(path, mode: 0o600) { file throws(PlatformError) in
            var page = page(in: folder)
            while !page.lines.isEmpty {
                if page.dropped > 0 {
                    try file.append("[\(page.dropped) bytes were dropped here]\n".utf8)
                }
                try file.append((page.lines.joined(separator: "\n") + "\n").utf8)
                page = Self.page(in: folder, after: page.cursor)
            }
        }
        return true
    }
}
