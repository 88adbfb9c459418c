public import FoundationEssentials

extension CronLine {
    /// The next times at which it fires, after an instant.
    ///
    /// - Returns: `count` instants, ascending; fewer if it does not fire that often in 400 years, as a
    ///   line whose hour the clocks always skip.
    public func fires(after date: Date, count: Int, in zone: Zone) -> [Date] {
        var fires: [Date] = []
        var instant = Int(date.timeIntervalSince1970.rounded(.down))
        while fires.count < count, let next = next(after: instant, in: zone) {
            fires.append(Date(timeIntervalSince1970: Double(next)))
            instant = next
        }
        return fires
    }

    /// The first instant after another one at which it fires, in seconds since 1970; nil if there is
    /// none in 400 years.
    func next(after instant: Int, in zone: Zone) -> Int? {
        followsElapsedTime
            ? nextElapsed(after: instant, in: zone) : nextFixed(after: instant, in: zone)
    }

    /// Each wall time once, in the order of the calendar: a skipped one at the end of its gap, a
    /// repeated one at its first instant.
    private func nextFixed(after instant: Int, in zone: Zone) -> Int? {
        var wall = zone.wall(at: instant)
        while let next = nextWall(after: wall) {
            let fire = zone.instant(of: next)
            if fire > instant { return fire }
            // Several times of a gap are one instant, and a repeated time may be long past.
            wall = next
        }
        return nil
    }

    /// Each instant whose wall time matches.
    private func nextElapsed(after instant: Int, in zone: Zone) -> Int? {
        var segment = zone.segment(at: instant)
        var wall = instant + segment.offset
        let limit = instant + Self.horizon
        while true {
            guard let next = nextWall(after: wall) else { return nil }
            let fire = next - segment.offset
            if segment.end == .max || fire < segment.end { return fire }
            guard segment.end < limit else { return nil }
            segment = zone.segment(at: segment.end)
            // The first wall time of the segment may itself match.
            wall = segment.start + segment.offset - 1
        }
    }

    /// The next matching wall time after another one, as if the clocks never changed.
    private func nextWall(after wall: WallSeconds) -> WallSeconds? {
        var minute = floorDivide(wall, 60) + 1
        var day = floorDivide(minute, minutesPerDay)
        let lastDay = day + Self.horizon / secondsPerDay
        minute -= day * minutesPerDay
        while day <= lastDay {
            let date = CivilDate(dayNumber: day)
            if matches(date) {
                if let found = nextMinute(from: minute) { return day * secondsPerDay + found * 60 }
                day += 1
            } else if months.contains(date.month) {
                day += 1
            } else {
                day += date.daysInMonth - date.day + 1
            }
            minute = 0
        }
        return nil
    }

    /// The first matching minute of a day, from one on.
    private func nextMinute(from minute: Int) -> Int? {
        let first = minute / 60
        for hour in first..<24 where hours.contains(hour) {
            let from = hour == first ? minute % 60 : 0
            let rest = minutes.plain >> UInt64(from)
            if rest != 0 { return hour * 60 + from + rest.trailingZeroBitCount }
        }
        return nil
    }

    /// The calendar repeats after 400 years.
    private static let horizon = 146_097 * secondsPerDay
}

/// The number of minutes of a day.
private let minutesPerDay = 1440
