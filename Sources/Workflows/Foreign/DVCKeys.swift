/// The keys of a `dvc.yaml`.
///
/// Texts with `${…}` are checked when variables have been replaced.
enum DVCKeys {
    static let file = FileKeys(
        subject: "a dvc.yaml",
        keys: [
            FileKey("stages", .named(.value, isFree: true), isRequired: true, "The stages."),
            FileKey("vars", .list(.value), "Variables, and files with variables."),
            FileKey("params", .value, "Parameters for others to show."),
            FileKey("metrics", .value, "Metrics for others to show."),
            FileKey("plots", .value, "Plots for others to show."),
            FileKey("artifacts", .value, "Models for others to use."),
            FileKey("datasets", .value, "Datasets of other places."),
        ]
    )

    private static let shared = [
        FileKey("cmd", .anyOf([.text, .list(.text)]), isRequired: true, "The commands."),
        FileKey("wdir", .text, "The folder it runs in, which paths are relative to."),
        FileKey("deps", .list(.text), "Files and folders it depends on."),
        FileKey("params", .list(.value), "Parameters it depends on."),
        FileKey("outs", .list(.value), "Files and folders it makes."),
        FileKey("metrics", .list(.value), "Files with metrics that it makes."),
        FileKey("plots", .list(.value), "Files with curves that it makes."),
        FileKey("frozen", .boolean, "Whether it never runs."),
        FileKey("always_changed", .boolean, "Whether it always runs."),
        FileKey("meta", .value, "Anything."),
        FileKey("desc", .text, "A description."),
        FileKey("vars", .list(.value), "Variables of the stage."),
    ]

    static let stage = FileKeys(
        subject: "a stage",
        keys: shared + [FileKey("matrix", .named(.value, isFree: true), "Lists of values.")]
    )

    static let loop = FileKeys(
        subject: "a stage with `foreach`",
        keys: [
            FileKey("foreach", .value, isRequired: true, "A list, or names with values."),
            FileKey(
                "do",
                .keys(FileKeys(subject: "a stage", keys: shared)),
                isRequired: true,
                "The stage."
            ),
        ]
    )
}
