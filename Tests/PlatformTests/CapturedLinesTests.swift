import Platform
import Testing

@Suite("Lines of a program's output")
struct CapturedLinesTests {
    /// The lines and updates that `printf` with a format yields.
    private func lines(_ format: String, limit: Int = 1 << 16) throws -> [OutputLine] {
        var lines: [OutputLine] = []
        var program = CapturedProgram(.program("printf", [format]))
        program.lineLimit = limit
        #expect(try program.run { lines.append($0) } == .exited(0))
        return lines
    }

    @Test(
        "Ends of lines, a last line without one, and bytes that are not UTF-8",
        arguments: [
            ("a\\nb\\n", ["a", "b"]), ("a\\n\\nb", ["a", "", "b"]), ("", []), ("\\n", [""]),
            ("a\\r\\nb\\r\\n", ["a", "b"]), ("\\303\\251t\\303\\n", ["ét\u{FFFD}"]),
        ]
    )
    func ends(format: String, expected: [String]) throws {
        #expect(try lines(format).filter { !$0.isUpdate }.map(\.text) == expected)
    }

    @Test("Of a line that was overwritten, the last state is the line")
    func overwritten() throws {
        let all = try lines("\\r 10%%\\r 50%%\\r100%%\\nnext\\n")
        #expect(all.filter { !$0.isUpdate }.map(\.text) == ["100%", "next"])
        #expect(all.count(where: \.isUpdate) <= 1)
    }

    @Test("A state of such a line is delivered while the program waits")
    func update() throws {
        var program = CapturedProgram(
            .shell(#"mkfifo "$F"; printf '\r 10%%'; read x < "$F"; printf '\r 20%%\n'; rm "$F""#)
        )
        program.updateInterval = 0
        var lines: [OutputLine] = []
        let pipe = "/tmp/workbench-\(UInt64.random(in: 0...UInt64.max)).pipe"
        program.environment = ["F": pipe]
        let status = try program.run { line in
            lines.append(line)
            guard line.isUpdate, line.text == " 10%" else { return }
            try Files.write("\n".utf8, to: pipe)
        }
        #expect(status == .exited(0))
        #expect(lines.first == OutputLine(.output, " 10%", isUpdate: true))
        #expect(lines.last == OutputLine(.output, " 20%"))
    }

    @Test(
        "What follows a clear is delivered, though it is soon overwritten",
        arguments: [
            ("\\r 10%%\\r    \\r\\r 20%%\\r 30%%\\r 40%%\\n", ["", " 20%"]),
            ("\\r 10%%\\r    \\r\\n\\r    \\r\\033[A\\r 20%%\\n", [""]),
            ("\\r 10%%\\r    \\n", []), ("  \\na\\n", []),
        ]
    )
    func cleared(format: String, expected: [String]) throws {
        let updates = try lines(format).filter(\.isUpdate).map(\.text)
        let first = updates.firstIndex(of: "") ?? updates.endIndex
        #expect(Array(updates[first...].prefix(expected.count)) == expected)
        #expect(updates.count { $0.isEmpty } == expected.count { $0.isEmpty })
    }

    @Test("What is printed to standard output precedes a bar that is painted after it")
    func order() throws {
        for _ in 0..<20 {
            var lines: [String] = []
            let program = CapturedProgram(
                .shell(
                    #"printf '\r1/9' >&2; printf '\r   \r' >&2; echo line; printf '\r2/9\n' >&2"#
                )
            )
            _ = try program.run { lines.append($0.text) }
            let place = try #require(lines.firstIndex(of: "line"))
            #expect(place < (try #require(lines.firstIndex(of: "2/9"))), "\(lines)")
        }
    }

    @Test("Lines over the limit are cut, and never within a character")
    func longLines() throws {
        let all = try lines(
            "\\303\\251\\303\\251\\303\\251\\303\\251x\\303\\251abcdefg\\n",
            limit: 16
        )
        #expect(all.map(\.text) == ["ééééxéabcde", "fg"])
        let cut = try lines("aaaaaaaaaaaaaaa\\303\\251b\\n", limit: 16)
        #expect(cut.map(\.text) == ["aaaaaaaaaaaaaaa", "éb"])
    }

    @Test(
        "Colours, titles and movements are removed",
        arguments: [
            ("\u{1B}[1;31mred\u{1B}[0m", "red"), ("\u{1B}]0;title\u{07}text", "text"),
            ("\u{1B}]8;;http://x\u{1B}\\link\u{1B}]8;;\u{1B}\\", "link"), ("a\u{1B}[2Kb", "ab"),
            ("\u{9B}31mx", "x"), ("caf\u{E9} \u{A9}", "café ©"), ("end\u{1B}", "end"),
            ("\u{1B}(Bplain", "plain"), ("\u{1B}[", ""), ("\u{1B}[3\u{E9}", "é"),
        ]
    )
    func controlSequences(text: String, expected: String) {
        #expect(ControlSequences.removed(from: Array(text.utf8)) == expected)
    }
}
