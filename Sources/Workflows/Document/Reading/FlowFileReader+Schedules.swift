import JSON
import Platform

extension FlowFileReader {
    /// Reads `schedule`: one, or a list of named ones.
    func readSchedules(_ node: DocumentNode?) -> [FlowSchedule] {
        guard let node else { return [] }
        var names: Set<String> = []
        return (node.list ?? [node]).compactMap { entry in
            let name = entry["name"]?.text
            if node.list != nil, name == nil {
                faults.add(entry.position, "Each schedule of a list needs a `name`.")
            }
            if let name, !names.insert(name).inserted {
                let position = entry["name"]?.position ?? entry.position
                faults.add(position, "There are two schedules \(DocumentFaults.quoted(name)).")
            }
            return schedule(entry, name ?? "schedule")
        }
    }

    private func schedule(_ node: DocumentNode, _ name: String) -> FlowSchedule? {
        guard let trigger = trigger(node) else { return nil }
        var schedule = FlowSchedule(name: name, trigger: trigger)
        if let zone = node["timezone"] {
            schedule.timezone = zone.text
            check(zone) { () throws(FlowError) in _ = try Zone(zone.text ?? "") }
            if node["cron"] == nil {
                faults.add(zone.position, "`timezone` belongs to `cron`.")
            }
        }
        schedule.overlap = node["overlap"]?.text.flatMap(FlowSchedule.Overlap.init) ?? .skip
        schedule.catchup = node["catchup_seconds"]?.seconds ?? schedule.catchup
        schedule.pausesOnFailure = node["pause_on_failure"]?.bool ?? false
        schedule.parameters = parameters(of: node)
        return schedule
    }

    private func trigger(_ node: DocumentNode) -> FlowSchedule.Trigger? {
        if let start = node["start"], node["interval"] == nil {
            faults.add(start.position, "`start` belongs to `interval`.")
        }
        if let cron = node["cron"], let line = cron.text {
            check(cron) { () throws(FlowError) in _ = try CronLine(line) }
            return .cron(line)
        }
        if let interval = node["interval"], let seconds = interval.seconds {
            guard seconds >= 1 else {
                faults.add(interval.position, "`interval` must be at least one second.")
                return nil
            }
            let start = node["start"]?.text.flatMap { InstantText.milliseconds($0) } ?? 0
            return .interval(seconds: seconds, start: start)
        }
        return node["on"]?["dataset"]?.text.map { .dataset($0) }
    }

    /// Adds the error of reading a text as a fault.
    private func check(_ node: DocumentNode, _ body: () throws(FlowError) -> Void) {
        do throws(FlowError) {
            try body()
        } catch {
            faults.add(node.position, error.message)
        }
    }

    private func parameters(of node: DocumentNode) -> [String: String] {
        var texts: [String: String] = [:]
        for entry in node["parameters"]?.mapping ?? [] {
            guard let parameter = parameters.first(where: { $0.name == entry.name }) else {
                faults.add(
                    entry.position,
                    "The flow has no parameter \(DocumentFaults.quoted(entry.name))."
                        + DocumentFaults.suggestion(entry.name, parameters.map(\.name))
                )
                continue
            }
            let text = entry.value.value.compactText
            do throws(FlowError) {
                _ = try parameter.value(of: text)
                texts[entry.name] = text
            } catch {
                faults.add(entry.value.position, error.message)
            }
        }
        for parameter in parameters where parameter.defaultValue == .null {
            guard texts[parameter.name] == nil else { continue }
            faults.add(
                node.position,
                "The schedule gives no value for the parameter `\(parameter.name)`, which has no default."
            )
        }
        return texts
    }
}
