public import FoundationEssentials
public import Platform

/// A time zone of the IANA database, read from the machine's files.
///
/// Foundation has the zones only with its internationalization data of some 30 MB, and neither the
/// segments of one offset nor the choice between the two instants of a repeated wall time.
public struct Zone: Sendable, Equatable {
    /// The IANA name; `localtime` if the machine's zone has none.
    public let name: String
    private let file: ZoneFile

    /// A span of one offset: from an instant up to another one, in seconds since 1970.
    struct Segment: Equatable {
        var start: Int
        var end: Int
        var offset: Int
    }

    /// Coordinated Universal Time, which needs no file.
    public static let utc = Zone(name: "UTC", file: ZoneFile(offset: 0))

    init(name: String, file: ZoneFile) {
        self.name = name
        self.file = file
    }

    /// Zones are equal if their names are.
    public static func == (left: Self, right: Self) -> Bool { left.name == right.name }

    /// Reads the zone of an IANA name, such as `Asia/Seoul`.
    ///
    /// - Parameter folder: Where the zone files are.
    /// - Throws: ``FlowError`` with code `invalid` for a name without a file.
    public init(_ name: String, folder: String = Zone.folder) throws(FlowError) {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isName = parts.allSatisfy { part in
            guard let first = part.utf8.first, first != UInt8(ascii: ".") else { return false }
            return part.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0 & 0xDF) || "_+-.".utf8.contains($0)
            }
        }
        if name == "UTC" || name == "Etc/UTC" {
            self = Zone(name: name, file: ZoneFile(offset: 0))
            return
        }
        guard isName, let bytes = try? Files.read("\(folder)/\(name)"), let file = ZoneFile(bytes)
        else {
            let hasZones = FilePaths.isFolder(folder)
            throw FlowError(
                .invalid,
                "There is no time zone \(name).",
                hint: hasZones
                    ? "Use an IANA name, such as Asia/Seoul or America/New_York."
                    : "\(folder) does not exist: install the package tzdata, or use UTC."
            )
        }
        self.init(name: name, file: file)
    }

    /// The machine's zone: `TZ`, else what `/etc/localtime` is, else UTC.
    public static func current(
        environment: [String: String] = ProcessEnvironment.variables,
        folder: String = Zone.folder,
        localTime: String = "/etc/localtime"
    ) -> Zone {
        if var name = environment["TZ"], !name.isEmpty {
            if name.hasPrefix(":") { name.removeFirst() }
            if let zone = try? Zone(name, folder: folder) { return zone }
        }
        guard let bytes = try? Files.read(localTime), let file = ZoneFile(bytes) else { return utc }
        let target = (ResolvedPath.linkTarget(localTime) ?? "").split(separator: "/")
        let name = target.drop { $0 != "zoneinfo" }.dropFirst().joined(separator: "/")
        return Zone(name: name.isEmpty ? "localtime" : name, file: file)
    }

    /// Where Linux keeps the zone files.
    public static let folder = "/usr/share/zoneinfo"

    /// The span of one offset that contains an instant.
    func segment(at instant: Int) -> Segment {
        let instants = file.instants
        let count = upperBound(instants, instant)
        if count == instants.count, let rule = file.rule {
            return ruledSegment(at: instant, rule, from: instants.last ?? .min)
        }
        return Segment(
            start: count == 0 ? .min : instants[count - 1],
            end: count == instants.count ? .max : instants[count],
            offset: count == 0 ? file.firstOffset : file.offsets[count - 1]
        )
    }

    /// The span within what the rule decides.
    private func ruledSegment(at instant: Int, _ rule: ZoneRule, from last: Int) -> Segment {
        let bounded = min(max(instant, -Self.horizon), Self.horizon)
        let year = CivilDate(dayNumber: floorDivide(bounded, secondsPerDay)).year
        var segment = Segment(start: last, end: .max, offset: file.offsets.last ?? rule.offset)
        if last == .min { segment.offset = rule.offset }
        // An end of summer may be in the next year, and a start in the one before.
        for change in ((year - 1)...(year + 1)).flatMap(rule.changes(in:))
        where change.instant > last {
            if change.instant <= instant {
                segment.start = change.instant
                segment.offset = change.offset
            } else {
                segment.end = change.instant
                break
            }
        }
        return segment
    }

    /// Ten thousand years, beyond which the calendar is not asked.
    private static let horizon = 10_000 * 366 * secondsPerDay

    /// The instant of a wall time: the first of two, and for one that the clocks skip the end of the
    /// gap.
    func instant(of wall: WallSeconds) -> Int {
        // No offset is larger than two days, so the wall time is not in an earlier segment.
        var segment = segment(at: wall - 2 * secondsPerDay)
        while true {
            if segment.end == .max || wall - segment.offset < segment.end {
                return max(wall - segment.offset, segment.start)
            }
            segment = self.segment(at: segment.end)
        }
    }

    /// The wall time of an instant as text, such as `2026-03-01 02:00`.
    public func localText(_ date: Date) -> String {
        let wall = wall(at: Int(date.timeIntervalSince1970.rounded(.down)))
        let date = CivilDate(dayNumber: floorDivide(wall, secondsPerDay))
        let minute = floorRemainder(wall, secondsPerDay) / 60
        func padded(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }
        return "\(date.year)-\(padded(date.month))-\(padded(date.day)) "
            + "\(padded(minute / 60)):\(padded(minute % 60))"
    }

    /// The span of a date such as `2026-03-01` on the clocks of the zone; nil if there is no such date.
    package func day(_ text: String) -> Range<Date>? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
            (1...9999).contains(year), (1...12).contains(month)
        else { return nil }
        let date = CivilDate(year, month, day)
        guard (1...date.daysInMonth).contains(day) else { return nil }
        func start(_ dayNumber: Int) -> Date {
            Date(timeIntervalSince1970: Double(instant(of: dayNumber * secondsPerDay)))
        }
        return start(date.dayNumber)..<start(date.dayNumber + 1)
    }

    /// The wall time at an instant, both in seconds.
    func wall(at instant: Int) -> WallSeconds { instant + segment(at: instant).offset }
}

/// The number of elements that are not larger than a value.
private func upperBound(_ sorted: [Int], _ value: Int) -> Int {
    var (low, high) = (0, sorted.count)
    while low < high {
        let middle = (low + high) / 2
        if sorted[middle] <= value { low = middle + 1 } else { high = middle }
    }
    return low
}
