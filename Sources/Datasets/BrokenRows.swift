import Platform

/// The broken rows of a file: how many there are, and what is wrong with them.
public struct BrokenRows: Sendable, Hashable {
    /// Faults that are described; the others are only counted.
    public static let maxDescribed = 100
    /// How many rows with the same fault have a line each; more share one.
    static let maxAlike = 3
    /// How many rows are named in a shared line.
    private static let maxNamed = 12

    /// Rows with the same fault.
    private struct Group: Sendable, Hashable {
        let what: String
        var messages: [String] = []
        var lines: [Int] = []
        var file = ""
        var count = 0
    }

    /// How many rows are broken.
    public private(set) var count = 0
    private var groups: [Group] = []

    /// No broken rows.
    public init() {}

    /// How many of them the lines describe.
    public var describedCount: Int { groups.reduce(0) { $0 + $1.count } }

    /// Whether all have the same fault.
    var isOneFault: Bool { groups.count == 1 }

    /// File, line and fault of the first ones: one line each, or one for many with the same fault.
    public var lines: [String] {
        var lines: [String] = []
        for group in groups {
            guard group.count > Self.maxAlike else {
                lines += group.messages
                continue
            }
            let named = group.lines.dropFirst().map(String.init).joined(separator: ", ")
            let more = group.count > group.lines.count ? ", …" : ""
            lines.append(
                "\(group.messages[0]); \(group.count - 1) more alike, in lines \(named)\(more)"
            )
        }
        return lines
    }

    /// The lines, and how many more rows there are; nil for a single row.
    var details: [String]? {
        let rest = count - describedCount
        return count > 1 ? lines + (rest > 0 ? ["… and \(rest) more"] : []) : nil
    }

    /// Adds a row.
    mutating func add(_ fault: DatasetError) {
        count += 1
        // The value of the byte makes no other fault.
        let what = fault.code == .notUTF8 ? fault.code.rawValue : fault.what
        let file = fault.source?.file ?? ""
        var place = groups.lastIndex { $0.what == what && $0.file == file }
        if place == nil, groups.count < Self.maxDescribed {
            groups.append(Group(what: what, file: file))
            place = groups.count - 1
        }
        guard let place else { return }
        groups[place].count += 1
        if groups[place].messages.count < Self.maxAlike {
            groups[place].messages.append(fault.message)
        }
        if groups[place].lines.count < Self.maxNamed, let line = fault.source?.line {
            groups[place].lines.append(line)
        }
    }

    /// Adds the rows of another file.
    mutating func add(_ other: BrokenRows) {
        count += other.count
        groups += other.groups.prefix(Self.maxDescribed - groups.count)
    }
}
