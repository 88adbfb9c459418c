extension OptionTable {
    /// The options of flows, watched commands and alerts.
    static let flows: [String: [String: Trial]] = [
        "watch": [
            "--run-name": .differs(["--run-name", "named", "--", "true"], ["--", "true"]),
            "--experiment": .elsewhere("WatchCommandTests: the experiment of its run"),
            "--retries": .differs(["--retries", "1", "--", "false"], ["--", "false"]),
            "--retry-delay": .differs(
                ["--retries", "1", "--retry-delay", "0.01", "--", "false"],
                ["--retries", "1", "--", "false"]
            ),
            "--timeout": .refused(["--timeout", "0", "--", "true"], "--timeout"),
            "--alert": .refused(["--alert", "nonsense", "--", "true"], "nonsense"),
        ],
        "alerts list": [
            "--since": .refused(["--since", "soon"], "--since"),
            "--open": .elsewhere("WatchCommandTests: what was acknowledged is not listed"),
            "--limit": .refused(["--limit", "0"], "--limit"),
        ],
        "alerts ack": ["--all": .refused(["1", "--all"], "--all")],
        "flow run": flowOrder(["{flow}"]).merging([
            "--logs": .refused(["{flow}", "--logs", "--detach"], "--logs"),
            "--detach": .refused(["{flow}", "--logs", "--detach"], "--detach"),
            "--dry-run": .elsewhere("FlowCommandTests: nothing is done"),
        ]) { $1 },
        "flow list": ["--files": .differs(["--files"], [])],
        "flow logs": [
            "--follow": .elsewhere("FlowCommandTests: it ends with the flow run"),
            "--tail": .refused(["walk", "--tail=-1"], "--tail"),
        ],
        "flow why": ["--run": .refused(["say", "--run", "nope"], "nope")],
        "flow retry": flowOrder(["walk"]).merging([
            "--from-start": .refused(["walk", "--from", "say", "--from-start"], "--from-start"),
            "--logs": .refused(["walk", "--logs", "--detach"], "--logs"),
            "--detach": .refused(["walk", "--logs", "--detach"], "--detach"),
            "--dry-run": .elsewhere("FlowCommandTests: the plan only"),
            "--yes": .elsewhere("it answers a question that only a terminal is asked"),
        ]) { $1 },
        "flow resume": following,
        "flow approve": following.merging(reason) { $1 },
        "flow deny": following.merging(reason) { $1 },
        "flow schedule next": [
            "--timezone": .refused(["0 2 * * *", "--timezone", "Mars/Base"], "Mars/Base"),
            "--from": .refused(["0 2 * * *", "--from", "soon"], "soon"),
            "--count": .refused(["0 2 * * *", "-n", "0"], "--count"),
        ],
        "flow schedule on": ["--name": .refused(["{flow}", "--name", "nope"], "nope")],
        "flow schedule off": ["--name": .refused(["{flow}", "--name", "nope"], "nope")],
        "flow backfill": [
            "--name": .refused(span(["--name", "nope"]), "nope"),
            "--from": .refused(["{flow}", "--from", "soon", "--to", "2026-01-02"], "soon"),
            "--to": .refused(["{flow}", "--from", "2026-01-01", "--to", "later"], "later"),
            "--overlap": .refused(span(["--overlap", "maybe"]), "--overlap"),
            "--dry-run": .elsewhere("ScheduleCommandTests: nothing is started"),
        ],
        "flow install": [
            "--force": .elsewhere("OutputFileCommandTests: as for every file"),
            "--dry-run": .elsewhere("FlowCommandTests: the unit is printed only"),
        ],
    ]

    /// What is used of earlier results.
    private static func flowOrder(_ words: [String]) -> [String: Trial] {
        [
            "--param": .refused(words + ["--param", "nope"], "nope"),
            "--from": .refused(words + ["--from", "nope", "--dry-run"], "nope"),
            "--no-cache": .elsewhere("FlowCommandTests: nothing is cached"),
            "--force": .refused(words + ["--force", "nope", "--dry-run"], "nope"),
        ]
    }

    private static let following: [String: Trial] = [
        "--logs": .refused(["walk", "--logs", "--detach"], "--logs"),
        "--detach": .refused(["walk", "--logs", "--detach"], "--detach"),
    ]

    private static let reason: [String: Trial] = [
        "--reason": .elsewhere("FlowCommandTests: the task's history has it")
    ]

    private static func span(_ words: [String]) -> [String] {
        ["{flow}", "--from", "2026-01-01", "--to", "2026-01-02"] + words
    }
}
