import Platform
import Testing
import Workflows

@Suite("Logs of tasks")
struct BoundedLogTests {
    private let folder = "/tmp/workbench-log-\(UInt64.random(in: 0...UInt64.max))"

    private var limits: BoundedLog.Limits {
        var limits = BoundedLog.Limits()
        (limits.file, limits.first, limits.last, limits.line) = (100, 2, 3, 50)
        return limits
    }

    /// All lines, and where how many bytes were dropped.
    private func read() -> (lines: [String], dropped: Int) {
        var lines: [String] = []
        var dropped = 0
        var page = BoundedLog.page(in: folder)
        while !page.lines.isEmpty {
            lines += page.lines
            dropped += page.dropped
            page = BoundedLog.page(in: folder, after: page.cursor)
        }
        return (lines, dropped)
    }

    @Test("Lines are read from a cursor on, by others while it is written")
    func pages() {
        defer { Files.remove(folder) }
        #expect(BoundedLog.page(in: folder) == TaskLogPage(lines: [], cursor: 0))
        let log = BoundedLog(folder: folder)
        log.append("one")
        log.append("two\nthree\n")
        let page = BoundedLog.page(in: folder)
        #expect(page.lines == ["one", "two", "three", ""])
        #expect(BoundedLog.page(in: folder, after: page.cursor).lines.isEmpty)
        log.append("four")
        #expect(BoundedLog.page(in: folder, after: page.cursor).lines == ["four"])
        #expect(BoundedLog.page(in: folder, after: 4).lines.first == "two")
    }

    @Test("The first and the last lines of a long log are kept, and cursors stay valid")
    func bounded() {
        defer { Files.remove(folder) }
        let log = BoundedLog(folder: folder, limits: limits)
        for number in 1000..<1200 { log.append("line \(number)") }
        let (lines, dropped) = read()
        #expect(lines.first == "line 1000" && lines.last == "line 1199")
        #expect(dropped + lines.count * 10 == 2_000)
        #expect(lines.count <= 51)
        // A reader whose place was dropped continues behind the gap.
        let page = BoundedLog.page(in: folder, after: 500)
        #expect(page.dropped > 0)
        #expect(page.lines.first == "line \(1000 + (500 + page.dropped) / 10)")
        let end = BoundedLog.page(
            in: folder,
            after: BoundedLog.cursor(in: folder, beforeEnd: 25)
        )
        #expect(end.lines == ["line 1198", "line 1199"])
    }

    @Test("Long lines are cut, and a line that was not finished is ended by the next writer")
    func torn() throws {
        defer { Files.remove(folder) }
        BoundedLog(folder: folder, limits: limits).append(String(repeating: "x", count: 80))
        let file = try #require(Files.names(in: folder).first)
        let torn = try #require(Descriptor.open("\(folder)/\(file)", 0o2001))
        #expect(torn.write(Array("half".utf8)))
        #expect(read().lines == [String(repeating: "x", count: 50)])
        BoundedLog(folder: folder, limits: limits).append("next")
        #expect(read().lines == [String(repeating: "x", count: 50), "half", "next"])
    }

    @Test("A log that cannot be written says later how many lines are missing")
    func lost() throws {
        defer { Files.remove(folder) }
        try Files.writeNew([], to: folder)
        let log = BoundedLog(folder: folder)
        log.append("a\nb")
        Files.removeFile(folder)
        log.append("c")
        #expect(read().lines == ["[2 lines could not be written here]", "c"])
    }

    @Test("A copy marks what was dropped")
    func copy() throws {
        defer { Files.remove(folder) }
        let path = "\(folder).txt"
        defer { Files.remove(path) }
        #expect(try !BoundedLog.copy(folder, to: path))
        let log = BoundedLog(folder: folder, limits: limits)
        for number in 1000..<1200 { log.append("line \(number)") }
        #expect(try BoundedLog.copy(folder, to: path))
        let text = try Files.text(path)
        #expect(text.hasPrefix("line 1000\n") && text.hasSuffix("line 1199\n"))
        #expect(text.contains("bytes were dropped here]\n"))
    }
}
