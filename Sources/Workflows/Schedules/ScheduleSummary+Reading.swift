import Platform

extension ScheduleSummary {
    /// Creates the summary of a schedule.
    ///
    /// - Parameters:
    ///   - record: Nil if it was never switched on.
    ///   - now: In milliseconds since 1970.
    package init(
        flow: String,
        path: String,
        schedule: FlowSchedule,
        record: ScheduleRecord?,
        now: Int
    ) {
        let isOn = record?.isOn ?? false
        var reason = record?.reason ?? record?.problem
        var next: Int?
        do {
            let timetable = try Timetable(schedule)
            if isOn { next = timetable.next(after: now) }
        } catch {
            reason = error.message
        }
        self.init(
            flow: flow,
            path: path,
            schedule: schedule,
            isOn: isOn,
            reason: reason,
            lastFiredAt: record?.firedAt.map(date),
            nextAt: next.map(date)
        )
    }

    /// Creates the summary of a schedule that was switched on and whose file cannot be read, or no
    /// longer has it.
    package init(lost record: ScheduleRecord, flow: String, reason: String) {
        self.init(
            flow: flow,
            path: record.path,
            schedule: FlowSchedule(name: record.name, trigger: .cron("")),
            isOn: record.isOn,
            reason: reason,
            lastFiredAt: record.firedAt.map(date)
        )
    }
}
