import Foundation
import Testing

@Suite struct MovedWorkspaceTests {
    @Test func aRunWhoseWorkspaceIsMovedEndsWithOneAndResumesThere() throws {
        let program = try Program()
        let (process, output, errors) = try program.start([
            "train", "--data", try program.dataset(rows: 40), "--steps", "300", "--run-name",
            "gone",
            "--json",
        ])
        var lines = LineReader(output)
        while let line = lines.next() { if line.contains(#""step":4,"#) { break } }
        let moved = "\(program.folder)/moved"
        try FileManager.default.moveItem(atPath: program.workspace, toPath: moved)
        while lines.next() != nil {}
        let complaint = String(decoding: errors.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == 1)
        #expect(complaint.contains("was moved to"), "\(complaint)")
        #expect(!FileManager.default.fileExists(atPath: program.workspace))

        // The number of threads changes no bit, so it may be another one.
        let resumed = try program.run(
            "train",
            "--resume",
            "gone",
            "--threads",
            "1",
            "--workspace",
            moved
        )
        #expect(resumed.status == 0, "\(resumed.errors)")
        let check = try program.run("workspace", "check", "--workspace", moved)
        #expect(check.status == 0, "\(check.text)\(check.errors)")
        #expect(!FileManager.default.fileExists(atPath: program.workspace))
    }
}
