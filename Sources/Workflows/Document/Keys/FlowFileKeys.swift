/// All keys of a flow's file, except the inputs of the kinds of task.
enum FlowFileKeys {
    static let flow = FileKeys(
        subject: "a flow",
        keys: [
            FileKey("flow", .text, isRequired: true, "The name of the flow."),
            FileKey(
                "parameters",
                .named(.value),
                "Values that a flow run can be started with: name and default; null means that a"
                    + " value must be given."
            ),
            FileKey("defaults", .keys(defaults), "Settings of tasks that do not have their own."),
            FileKey("tasks", .named(.keys(task)), isRequired: true, "The tasks by name."),
            FileKey(
                "schedule",
                .anyOf([.keys(schedule), .list(.keys(schedule))]),
                "When the flow runs by itself, once the schedule is switched on."
            ),
            FileKey("on_success", hooks, "What is called when all tasks ended well."),
            FileKey("on_failure", hooks, "What is called when a task failed."),
            FileKey("on_crash", hooks, "What is called when the process died."),
            FileKey(
                "max_parallel",
                .wholeNumber(1...10_000),
                "How many tasks run at once; without it as many as the machine has room for."
            ),
        ]
    )

    static let task = FileKeys(
        subject: "a task",
        keys: [
            FileKey("uses", .text, isRequired: true, "The kind of the task."),
            FileKey(
                "with",
                .named(.value, isFree: true),
                "The inputs; texts may have expressions: ${name}."
            ),
            FileKey(
                "needs",
                oneOrMore(.name),
                "Tasks that come before, besides those referred to."
            ),
            FileKey(
                "matrix",
                .named(.value),
                "Lists of values: the task runs once for each combination."
            ),
            FileKey(
                "when",
                .condition,
                "The task runs only if this is true; otherwise it is skipped."
            ),
            FileKey(
                "run_if",
                .choice(TaskTrigger.allCases.map(\.rawValue)),
                "What must be true of the tasks in `needs`: all succeeded (default), all are done,"
                    + " or one failed."
            ),
            FileKey(
                "approve",
                .anyOf([.boolean, .keys(approval)]),
                "Whether a person must approve the task before it runs."
            ),
            FileKey("resources", .keys(resources), "What the task needs of the machine."),
        ] + shared
    )

    /// The settings that a task has, and that `defaults` gives to all.
    private static let shared = [
        FileKey("retries", .wholeNumber(0...1_000), "How often it is tried again after a failure."),
        FileKey(
            "retry_delay_seconds",
            .anyOf([.duration, .list(.duration), .keys(retryDelay)]),
            "The wait before a retry: one, one for each retry, or a growing one."
        ),
        FileKey("timeout_seconds", .duration, "The longest time of an attempt."),
        FileKey(
            "cache_expiration",
            .anyOf([.duration, .choice(["none"])]),
            "How long a result may be used again; 0 means never, none (the default) for ever."
        ),
        FileKey("tags", oneOrMore(.text), "Tags, whose limits are in the workspace's settings."),
    ]

    static let defaults = FileKeys(subject: "the defaults", keys: shared)

    static let retryDelay = FileKeys(
        subject: "a delay",
        keys: [
            FileKey("first", .duration, isRequired: true, "The wait before the first retry."),
            FileKey("factor", .number(1...1_000), "How much longer each wait is; 2 without it."),
            FileKey("max", .duration, "The longest wait; one hour without it."),
            FileKey("jitter", .number(0...1), "The share by which a wait varies; 0 without it."),
        ]
    )

    static let approval = FileKeys(
        subject: "an approval",
        keys: [
            FileKey("timeout_seconds", .duration, "How long it may take. Default: no limit.")
        ]
    )

    static let resources = FileKeys(
        subject: "the resources",
        keys: [
            FileKey("cores", .wholeNumber(1...100_000), "Processor cores."),
            FileKey("memory", .memory, "Memory, such as 2GB or 512MiB."),
            FileKey("gpus", .wholeNumber(0...10_000), "Accelerators."),
            FileKey("engine", .text, "Where it runs: local, or the name of an engine."),
        ]
    )

    static let schedule = FileKeys(
        subject: "a schedule",
        keys: [
            FileKey("name", .text, "Its name; needed in a list."),
            FileKey("cron", .text, "Minute, hour, day of month, month, day of week: 0 2 * * 0."),
            FileKey("interval", .duration, "The time from one run to the next."),
            FileKey("start", .instant, "The instant that an interval counts from."),
            FileKey("on", .keys(events), "The event that it runs after."),
            FileKey("timezone", .text, "The time zone of `cron`, such as Asia/Seoul."),
            FileKey(
                "overlap",
                .choice(FlowSchedule.Overlap.allCases.map(\.rawValue)),
                "What happens while an earlier run is live; skip without it."
            ),
            FileKey(
                "catchup_seconds",
                .duration,
                "How late a run may start after a time without a process; 60 without it."
            ),
            FileKey("pause_on_failure", .boolean, "Whether it is paused when a run of it fails."),
            FileKey(
                "parameters",
                .named(.value, isFree: true),
                "Values of parameters for its runs."
            ),
        ],
        oneOf: ["cron", "interval", "on"]
    )

    static let events = FileKeys(
        subject: "an event",
        keys: [FileKey("dataset", .text, isRequired: true, "A dataset that was added or changed.")]
    )

    static let hook = FileKeys(
        subject: "a hook",
        keys: [
            FileKey("command", .text, "A command line of the shell, in the folder of the file."),
            FileKey("webhook", .url, "A URL that a JSON object is sent to."),
        ],
        oneOf: ["command", "webhook"]
    )

    private static let hooks = FileType.anyOf([.keys(hook), .list(.keys(hook))])

    private static func oneOrMore(_ type: FileType) -> FileType { .anyOf([type, .list(type)]) }
}
