import Platform

extension ScheduleStore {
    /// Switches a schedule on: it fires from now on.
    ///
    /// - Parameters:
    ///   - digest: The content of the dataset that it waits for; nil if it waits for none, and empty if
    ///     there is no such dataset yet.
    /// - Throws: ``FlowError`` for a schedule that cannot fire.
    package func switchOn(
        _ schedule: FlowSchedule,
        of path: String,
        digest: String? = nil
    ) throws {
        _ = try Timetable(schedule)
        let former = try self.schedule(schedule.name, of: path)
        if former?.isOn == true { return }
        var record = ScheduleRecord(
            path: path,
            name: schedule.name,
            isOn: true,
            definition: schedule.definition,
            evaluated: now()
        )
        record.digest = digest
        record.firedAt = former?.firedAt
        record.pruned = former?.pruned
        try save(record)
    }

    /// Switches a schedule off; waiting firings are left out, flow runs continue.
    package func switchOff(_ name: String, of path: String) throws {
        try update(name, of: path) { record in
            record.isOn = false
            record.reason = nil
        }
    }

    /// Records the instants of a schedule in a span of time, to be started one after another.
    ///
    /// An instant that has fired, or was backfilled before, is not repeated.
    ///
    /// - Parameters:
    ///   - span: Both ends count, in milliseconds since 1970.
    ///   - overlap: What happens while an earlier flow run is live.
    ///   - isTrial: Whether nothing is recorded.
    /// - Returns: The new firings, the oldest first, and the number of those that existed.
    /// - Throws: ``FlowError`` with code `invalid` if the span has no instant or more than
    ///   ``DueInstants/limit``.
    package func backfill(
        _ schedule: FlowSchedule,
        of path: String,
        from first: Int,
        through last: Int,
        overlap: FlowSchedule.Overlap = .bufferAll,
        isTrial: Bool = false
    ) throws -> (new: [Firing], existing: Int) {
        let timetable = try Timetable(schedule)
        if case .dataset = timetable {
            throw FlowError(
                .invalid,
                "The schedule \(schedule.name) waits for a dataset and has no times to backfill."
            )
        }
        let limit = DueInstants.limit
        guard first <= last else {
            throw FlowError(.invalid, "The backfill begins after its end.")
        }
        // The limit plus one shows whether there are more, without going through all of them.
        var instants: [Int] = []
        var instant = first - 1
        while instants.count <= limit, let next = timetable.next(after: instant), next <= last {
            instants.append(next)
            instant = next
        }
        guard !instants.isEmpty else {
            throw FlowError(.invalid, "The schedule \(schedule.name) has no time in this span.")
        }
        guard instants.count <= limit else {
            throw FlowError(
                .invalid,
                "The schedule \(schedule.name) has more than \(limit) times in this span.",
                hint: "Backfill it in parts."
            )
        }
        let firings = instants.map { instant in
            Firing(
                id: Firing.id(of: path, schedule: schedule.name, at: instant),
                path: path,
                schedule: schedule.name,
                instant: instant,
                cause: .backfill,
                state: .waiting,
                overlap: overlap
            )
        }
        let record = ScheduleRecord(
            path: path,
            name: schedule.name,
            isOn: false,
            definition: schedule.definition,
            evaluated: now()
        )
        let new =
            try isTrial ? unknown(of: firings) : self.record(backfilled: firings, of: record)
        return (new, firings.count - new.count)
    }
}
