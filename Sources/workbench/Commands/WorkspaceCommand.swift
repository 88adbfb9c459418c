import ArgumentParser
import Presentation
import Workspace

struct WorkspaceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workspace",
        abstract: "The workspace: contents, integrity check, backup, garbage collection.",
        subcommands: [Show.self, Check.self, Backup.self, GC.self]
    )
}

extension WorkspaceCommand {
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "The contents and their size."
        )
        @OptionGroup var shared: SharedOptions

        func run() throws {
            let overview = try shared.open().overview()
            if shared.json { return try Console.printJSON(overview) }
            var table = TextTable(["folder", overview.folder])
            if let reason = overview.readOnlyReason { table.add(["read-only", reason]) }
            table.add(["schema", overview.schema])
            for count in overview.counts { table.add([count.name, "\(count.count)"]) }
            for part in overview.parts { table.add([part.name, Figures.bytes(part.byteCount)]) }
            table.print()
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Look for damage, missing files and orphaned files.",
            discussion:
                "Exit status 1 if something is damaged, missing, changed or in the wrong folder."
        )
        @OptionGroup var shared: SharedOptions
        @Flag(help: "Move a result in artifacts/.elsewhere to the run that made it.")
        var recover = false

        func run() throws {
            let workspace = try shared.open()
            if recover {
                let moved = try workspace.recoverStrandedFiles()
                Console.note("recovered: the result of \(moved.run) is in \(moved.path)")
            }
            let check = try workspace.check()
            if shared.json {
                try Console.printJSON(check)
            } else {
                for damage in check.damages { say("damaged", damage) }
                for broken in check.brokenReferences { say("broken", broken) }
                for missing in check.missing {
                    say("missing", "\(missing.path) (\(missing.holder))")
                }
                for version in check.changed {
                    let what = version.differences.joined(separator: ", ")
                    say("changed", "\(version.path) (\(version.holder)): \(what)")
                }
                for orphan in check.orphans {
                    let remedy = orphan.isCollected ? "" : ", not removed by gc"
                    let size = Figures.bytes(orphan.byteCount)
                    let files = Figures.counted(orphan.fileCount, "file")
                    say("orphan", "\(orphan.path) (\(files), \(size)\(remedy))")
                }
                if let stranded = check.stranded {
                    let size = Figures.bytes(stranded.byteCount)
                    let files = Figures.counted(stranded.fileCount, "file")
                    say(
                        "stranded",
                        "\(stranded.path) (\(files), \(size)): \(stranded.remedy)"
                    )
                }
                Console.print(check.isSound ? "sound" : "not sound")
            }
            if !check.isSound { throw ExitCode(ExitStatus.failed) }
        }

        private func say(_ kind: String, _ text: String) {
            Console.print(Console.line("\(kind): \(text)"))
        }
    }

    struct Backup: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "backup",
            abstract: "Copy the database to a new file; artifacts are not in it."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "The new file.") var file: String
        @OptionGroup var replacing: ReplacingOptions

        func run() throws {
            let path = try shared.open().backUp(to: file, replaces: replacing.force)
            try shared.confirm("copied to \(path)", ["path": .text(path)])
        }
    }

    struct GC: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "gc",
            abstract: "Remove permanently what has been in the trash for long, with its files.",
            discussion: """
                Keeps what a registered version or a live or resumable run refers to. Removes \
                orphaned files too. This cannot be undone: try --dry-run first.
                """
        )
        @OptionGroup var shared: SharedOptions
        @Option(help: "The minimum time in the trash, such as 30d, 12h or 1d12h.")
        var olderThan = Age(seconds: 30 * 86_400)
        @Flag(help: "List what would be removed, without removing it.") var dryRun = false

        func run() throws {
            let report = try shared.open()
                .collectGarbage(olderThan: olderThan.seconds, isDryRun: dryRun)
            if shared.json { return try Console.printJSON(report) }
            for item in report.removed {
                let name = item.name.isEmpty ? item.id : item.name
                let what = name.isEmpty ? item.kind : "\(item.kind) \(name)"
                let files = Figures.counted(item.fileCount, "file")
                let size = item.path.map {
                    ": \($0) (\(files), \(Figures.bytes(item.byteCount)))"
                }
                say(dryRun ? "would remove" : "removed", what + (size ?? ""))
            }
            for item in report.kept { say("kept", "\(item.kind) \(item.name): \(item.reason)") }
            for item in report.left { say("left", "\(item.path): \(item.reason)") }
            let size = Figures.bytes(report.byteCount)
            Console.print(
                dryRun
                    ? "\(report.count) would be removed, \(size) freed"
                    : "\(report.count) removed, \(size) freed"
            )
        }

        private func say(_ kind: String, _ text: String) {
            Console.print(Console.line("\(kind) \(text)"))
        }
    }
}

/// A length of time such as `30d`, `12h`, `45m` or `1d12h`.
struct Age: ExpressibleByArgument {
    var seconds: Int

    private static let units: [Character: Int] = ["d": 86_400, "h": 3600, "m": 60, "s": 1]

    init(seconds: Int) { self.seconds = seconds }

    init?(argument: String) {
        var total = 0
        var digits = ""
        for character in argument {
            if character.isASCII, character.isNumber {
                digits.append(character)
                continue
            }
            // A century, so that the sum does not overflow.
            guard let unit = Self.units[character], let count = Int(digits), count < 36_525 * 86_400
            else { return nil }
            total += count * unit
            digits = ""
        }
        guard digits.isEmpty, !argument.isEmpty, total <= 36_525 * 86_400 else { return nil }
        seconds = total
    }

    var defaultValueDescription: String { "\(seconds / 86_400)d" }
}
