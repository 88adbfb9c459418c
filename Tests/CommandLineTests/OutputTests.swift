import Foundation
import Testing

/// Output arrives, or the program reports that it did not; and nothing in it controls a terminal.
@Suite struct OutputTests {
    private static let listings: [[String]] = [
        ["--help"], ["--version"], ["help", "runs"], ["train", "--help"],
        ["--generate-completion-script", "bash"], ["--experimental-dump-help"],
        ["runs", "list"], ["runs", "list", "--json"], ["runs", "export"],
        ["runs", "export", "--format", "json"], ["runs", "export", "--format", "markdown"],
        ["runs", "export", "--output", "/dev/stdout"],
        ["data", "list"], ["data", "list", "--json"], ["model", "list"],
        ["model", "list", "--json"],
        ["model", "show", "tiny"], ["registry", "list"], ["registry", "board", "--json"],
        ["registry", "history"], ["workspace", "show"], ["workspace", "check"],
        ["workspace", "gc", "--dry-run"], ["model", "tokenize", "tiny", "--text", "a"],
        ["serve", "tokens", "list", "--json"],
    ]

    /// Runs a command by a shell, which can close and redirect its files.
    private func shell(_ program: Program, _ script: String) throws -> Program.Output {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", script]
        process.environment = program.environment.merging(["W": Program.binary]) { $1 }
        process.currentDirectoryURL = URL(fileURLWithPath: program.folder)
        let (output, errors) = (Pipe(), Pipe())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(),
            as: UTF8.self
        )
        let complaint = String(
            decoding: errors.fileHandleForReading.readDataToEndOfFile(),
            as: UTF8.self
        )
        process.waitUntilExit()
        return Program.Output(status: process.terminationStatus, text: text, errors: complaint)
    }

    @Test(arguments: [
        (">/dev/full", "No space left on device"), (">&-", "Bad file descriptor"),
        ("</dev/null 1</dev/null", "Bad file descriptor"),
    ])
    func aFailedWriteIsReportedAndTheStatusIs1(_ redirection: String, _ reason: String) throws {
        let program = try Program()
        for listing in Self.listings {
            let done = try shell(program, "\"$W\" \(listing.joined(separator: " ")) \(redirection)")
            let isEmpty = listing.contains("tokens")
            #expect(done.status == (isEmpty && !listing.contains("--json") ? 0 : 1), "\(listing)")
            #expect(done.errors.contains(reason), "\(listing): \(done.errors)")
            #expect(done.errors.split(separator: "\n").count <= 2, "\(listing): \(done.errors)")
        }
    }

    @Test func aClosedPipeEndsTheCommandQuietlyAndNotWith0() throws {
        let program = try Program()
        for listing in Self.listings {
            let command = listing.joined(separator: " ")
            let done = try shell(
                program,
                // The pipe has no reader from the start.
                "exec 3> >(exec true); wait $!; \"$W\" \(command) >&3; echo $? >&2"
            )
            let isOutput = listing.contains("/dev/stdout")
            #expect(done.errors.hasSuffix(isOutput ? "1\n" : "141\n"), "\(listing): \(done.errors)")
            if !isOutput { #expect(done.errors == "141\n", "\(listing)") }
        }
        let all = try shell(program, "\"$W\" data list | head -1; echo ${PIPESTATUS[0]}")
        #expect(["0", "141"].contains(all.text.split(separator: "\n").last), "\(all.text)")
    }

    @Test(arguments: ["", "--logs", "--json"])
    func aFlowRunGoesOnWithoutAReader(option: String) throws {
        let program = try Program(hasModel: false)
        let flow = try program.file(
            "steps.yaml",
            """
            flow: steps
            tasks:
              a: {uses: shell, with: {command: "echo one; yes | head -1"}}
              b: {uses: shell, with: {command: "echo two; touch \(program.folder)/made"}, needs: [a]}
            """
        )
        let done = try shell(
            program,
            "exec 3> >(exec true); wait $!; \"$W\" flow run \(flow) \(option) >&3; echo $? >&2"
        )
        #expect(done.errors.hasSuffix("141\n"), "\(done.errors)")
        #expect(FileManager.default.fileExists(atPath: "\(program.folder)/made"))
        #expect(try program.run("flow", "list").text.contains("completed  2/2"))
    }

    @Test func aLimitOfFileSizesIsReported() throws {
        let program = try Program()
        try program.run("runs", "list")
        let done = try shell(program, "ulimit -f 0; \"$W\" doctor --help > out.txt; echo $?")
        #expect(done.text == "1\n")
        #expect(done.errors.contains("File too large"), "\(done.errors)")
    }

    @Test func descriptorsThatWereClosedAreNotTakenByFiles() throws {
        let program = try Program()
        let data = try program.dataset()
        let train = "\"$W\" train --data \(data) --steps 1 --run-name closed"
        _ = try shell(program, "\(train) <&- >&- 2>&-")
        let shown = try program.run("runs", "show", "closed", "--json")
        #expect(shown.status == 0, "\(shown.errors)")
        #expect(shown.text.contains(#""status":"finished""#))
        #expect(try program.run("workspace", "check").text.hasSuffix("sound\n"))
    }

    @Test func aTokenThatCouldNotBeShownIsNotValid() throws {
        let program = try Program()
        for redirection in [">/dev/full", ">&-"] {
            let done = try shell(program, "\"$W\" serve tokens add kim \(redirection)")
            #expect(done.status == 1)
        }
        #expect(try program.run("serve", "tokens", "list", "--json").text == "[]\n")
    }

    private static let hostile =
        "n\u{1B}]52;c;aGk=\u{07}\u{1B}[31m\u{9B}32m\u{202E}x\u{08}\u{7F}\u{85}\u{2066}\u{61C}\u{200F}\u{2028}z"

    private func expectHarmless(_ text: String, _ what: String) {
        let harmful = text.unicodeScalars.filter { scalar in
            switch scalar.value {
            case 0x0A, 0x09: false
            case 0..<0x20, 0x7F...0x9F, 0x61C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069:
                true
            default: false
            }
        }
        #expect(harmful.isEmpty, "\(what): \(harmful.map { String($0.value, radix: 16) })")
    }

    @Test func aNameWithControlCharactersIsHarmlessInEveryCommand() throws {
        let program = try Program()
        let data = try program.dataset()
        for name in [Self.hostile, "other"] {
            let done = try program.run(
                "train",
                "--data",
                data,
                "--steps",
                "1",
                "--run-name",
                name,
                "--json"
            )
            #expect(done.status == 0, "\(done.errors)")
            expectHarmless(done.text + done.errors, "train")
        }
        for command in [
            ["runs", "list"], ["runs", "list", "--json"], ["runs", "show", Self.hostile],
            ["runs", "show", Self.hostile, "--json"], ["runs", "compare", Self.hostile, "other"],
            ["runs", "compare", Self.hostile, "other", "--json"],
            ["runs", "export", "--format", "markdown"], ["runs", "export", "--format", "json"],
            ["runs", "watch", Self.hostile], ["runs", "delete", "no\(Self.hostile)"],
            ["screen", "--plain"], [Self.hostile], ["runs", Self.hostile],
            ["runs", "list", "--\(Self.hostile)"], ["train", "--steps", Self.hostile],
            ["serve", "--host", Self.hostile, "--port", "0"], ["data", "show", Self.hostile],
            ["registry", "show", Self.hostile], ["model", "show", Self.hostile],
            ["train", "--data", data, "--method", Self.hostile],
        ] {
            let (process, output, errors) = try program.start(command)
            let text = String(decoding: output.readDataToEndOfFile(), as: UTF8.self)
            let complaint = String(decoding: errors.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(!(text + complaint).isEmpty, "\(command)")
            expectHarmless(text + complaint, "\(command)")
        }
        // The line ends of CSV are two characters.
        let csv = try program.run("runs", "export").text
        expectHarmless(csv.replacingOccurrences(of: "\r\n", with: "\n"), "csv")
        // JSON keeps the original, as escapes.
        let json = try program.run("runs", "export", "--format", "json").text
        let rows = try #require(
            try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]]
        )
        #expect(rows.contains { $0["run_name"] as? String == Self.hostile })
    }
}
