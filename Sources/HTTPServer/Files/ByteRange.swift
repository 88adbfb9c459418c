/// The range of a `Range` header.
///
/// Source: RFC 9110, section 14.
package enum ByteRange: Equatable {
    /// The whole file, also for other units than bytes and for several ranges, which are ignored.
    case all
    case part(Range<Int>)
    /// A range outside the file.
    case none

    package init(_ header: String, size: Int) {
        let unit = "bytes="
        guard header.hasPrefix(unit), !header.contains(",") else {
            self = .all
            return
        }
        self = Self.part(header.dropFirst(unit.count), size).map { .part($0) } ?? .none
    }

    private static func part(_ text: Substring, _ size: Int) -> Range<Int>? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        if parts[0].isEmpty {
            guard let last = Int(parts[1]), last > 0, size > 0 else { return nil }
            return max(0, size - last)..<size
        }
        guard let first = Int(parts[0]), first >= 0, first < size else { return nil }
        guard !parts[1].isEmpty else { return first..<size }
        guard let last = Int(parts[1]), last >= first else { return nil }
        return first..<(last >= size ? size : last + 1)
    }
}
