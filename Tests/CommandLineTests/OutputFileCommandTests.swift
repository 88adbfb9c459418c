import Foundation
import Testing

/// Commands that write a file that the user named.
@Suite struct OutputFileCommandTests {
    private static let small = [
        "--vocabulary", "512", "--width", "32", "--layers", "1", "--heads", "2", "--kv-heads", "1",
        "--feed-forward", "32", "--context", "32",
    ]

    /// Every command that writes a file, with the file's name last.
    private func writers(_ program: Program) throws -> [[String]] {
        let data = try program.dataset()
        let done = try program.run("train", "--data", data, "--steps", "1", "--json")
        let adapter = try #require(done.objects.last?["adapter"] as? String)
        return [
            ["runs", "export", "--output"], ["runs", "export", "--format", "markdown", "--output"],
            ["runs", "export", "--mlflow"], ["workspace", "backup"],
            ["model", "quantize", "tiny", "--to", "F16", "--no-compare", "--output"],
            ["model", "convert", "tiny", "--format", "gguf", "--no-compare", "--output"],
            [
                "model", "merge", "tiny", "--adapter", adapter, "--format", "gguf", "--no-compare",
                "--output",
            ],
            ["model", "convert", adapter, "--base", "tiny", "--output"],
            ["model", "new", "--data", data] + Self.small,
        ]
    }

    @Test func anExistingFileIsReplacedOnlyWithForceAndKeepsItsMode() throws {
        let program = try Program()
        for writer in try writers(program) {
            let file = "\(program.folder)/there.gguf"
            _ = try program.file("there.gguf", "old")
            chmod(file, 0o640)
            let refused = try program.run(writer + [file])
            #expect(refused.status == 3, "\(writer): \(refused.errors)")
            #expect(refused.errors.contains(file), "\(writer): \(refused.errors)")
            #expect(refused.errors.contains("--force"), "\(writer): \(refused.errors)")
            #expect(try String(contentsOfFile: file, encoding: .utf8) == "old", "\(writer)")
            let done = try program.run(writer + [file, "--force"])
            #expect(done.status == 0, "\(writer): \(done.errors)")
            #expect(FileManager.default.contents(atPath: file) != Data("old".utf8), "\(writer)")
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions]
            #expect(mode as? Int == 0o640, "\(writer)")
            try FileManager.default.removeItem(atPath: file)
        }
    }

    @Test func theDatabaseOfTheWorkspaceIsNotReplacedEvenWithForce() throws {
        let program = try Program()
        for writer in try writers(program) {
            for ending in ["", "-wal"] {
                let file = "\(program.workspace)/workbench.db\(ending)"
                let done = try program.run(writer + [file, "--force"])
                // An adapter's name must end with .gguf, which is checked first.
                let isNamed = done.errors.contains("in use") || done.errors.contains(".gguf")
                #expect(done.status != 0 && isNamed, "\(writer) \(ending): \(done.errors)")
            }
        }
        #expect(try program.run("workspace", "check").status == 0)
        #expect(try program.run("runs", "list", "--json").text.count > 10)
    }

    @Test func linksAndPipesAndDevicesStayWhatTheyAre() throws {
        let program = try Program()
        for writer in try writers(program) {
            let link = "\(program.folder)/link.gguf"
            try FileManager.default.createSymbolicLink(
                atPath: link,
                withDestinationPath: "real-file"
            )
            let done = try program.run(writer + [link])
            #expect(done.status == 0, "\(writer): \(done.errors)")
            var status = stat()
            #expect(lstat(link, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK, "\(writer)")
            #expect(FileManager.default.fileExists(atPath: "\(program.folder)/real-file"))
            try FileManager.default.removeItem(atPath: link)
            try FileManager.default.removeItem(atPath: "\(program.folder)/real-file")

            let pipe = "\(program.folder)/pipe.gguf"
            #expect(mkfifo(pipe, 0o600) == 0)
            let reader = Process()
            reader.executableURL = URL(fileURLWithPath: "/usr/bin/wc")
            reader.arguments = ["-c", pipe]
            let counted = Pipe()
            reader.standardOutput = counted
            try reader.run()
            let piped = try program.run(writer + [pipe])
            #expect(piped.status == 0, "\(writer): \(piped.errors)")
            if piped.status != 0 { reader.terminate() }
            let text = String(
                decoding: counted.fileHandleForReading.readDataToEndOfFile(),
                as: UTF8.self
            )
            reader.waitUntilExit()
            #expect(Int(text.prefix { $0.isNumber }) ?? 0 > 10, "\(writer): \(text)")
            #expect(stat(pipe, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO, "\(writer)")
            unlink(pipe)

            let full = try program.run(writer + ["/dev/full"])
            let isNamedByEnding = writer.contains("--base")
            #expect(full.status != 0, "\(writer)")
            if !isNamedByEnding {
                #expect(full.errors.contains("/dev/full"), "\(writer): \(full.errors)")
                #expect(full.errors.contains("No space left"), "\(writer): \(full.errors)")
            }
            #expect(stat("/dev/full", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: program.folder)
        #expect(!left.contains { $0.contains("unfinished") }, "\(left)")
    }

    @Test func anIncompleteImportEndsWith1() throws {
        let program = try Program(hasModel: false)
        let empty = "\(program.folder)/mlruns"
        try FileManager.default.createDirectory(
            atPath: empty,
            withIntermediateDirectories: true
        )
        let done = try program.run("runs", "import", empty)
        #expect(done.status == 1, "\(done.text)")
        #expect(done.errors.contains("mlruns"), "\(done.errors)")
    }
}
