import Platform
import Testing

@Suite("Programs whose output is captured", .serialized)
struct CapturedProgramTests {
    private func shell(_ line: String) -> CapturedProgram {
        var program = CapturedProgram(.shell(line))
        program.grace = { 5 }
        return program
    }

    @Test("Both streams, the status, the folder and the environment")
    func basics() throws {
        var program = shell("pwd; echo \"$A-$B\" >&2; exit 3")
        program.folder = "/usr"
        program.environment = ["A": "1 2"]
        program.removedVariables = ["B"]
        var lines: [OutputLine] = []
        #expect(try program.run { lines.append($0) } == .exited(3))
        #expect(lines.contains(OutputLine(.output, "/usr")))
        #expect(lines.contains(OutputLine(.error, "1 2-")))
        #expect(lines.count == 2)
    }

    @Test("A signal is the status, and the input is empty")
    func signal() throws {
        #expect(try shell("cat; kill -9 $$").run { _ in } == .killed(signal: 9))
    }

    @Test("A missing program, a missing folder and a zero byte are errors that name them")
    func missing() throws {
        let program = CapturedProgram(.program("/no/such", []))
        #expect(throws: PlatformError.self) { try program.run { _ in } }
        let error = #expect(throws: PlatformError.self) {
            try CapturedProgram(.shell("true"), folder: "/no/folder").run { _ in }
        }
        #expect(error?.message.contains("/no/folder") == true)
        #expect(throws: PlatformError.self) { try shell("echo \0").run { _ in } }
    }

    @Test("100 MB of lines arrive, one after another")
    func much() throws {
        var count = 0
        var bytes = 0
        let line = String(repeating: "x", count: 99)
        let status = try shell("yes \(line) | head -n 1000000").run {
            count += 1
            bytes += $0.text.utf8.count + 1
        }
        #expect(status == .exited(0))
        #expect(count == 1_000_000 && bytes == 100_000_000)
    }

    @Test("A program that closes its output is waited for")
    func closesOutput() throws {
        var lines: [String] = []
        let program = shell("echo a; exec >&- 2>&-; sleep 0.1; exit 4")
        #expect(try program.run { lines.append($0.text) } == .exited(4))
        #expect(lines == ["a"])
    }

    @Test("What it leaves behind with its output open does not hold up the end")
    func leavesBehind() throws {
        var group: ProcessGroup?
        let status = try shell("echo a; (while :; do sleep 60; done) & exit 0")
            .run(started: { group = $0 }) { _ in }
        #expect(status == .exited(0))
        let left = try #require(group)
        #expect(left.isAlive)
        #expect(left.end(grace: 5))
        #expect(!left.isAlive)
    }

    @Test("What it leaves behind that prints for ever does not hold up the end")
    func printsForEver() throws {
        var group: ProcessGroup?
        #expect(try shell("yes & exit 0").run(started: { group = $0 }) { _ in } == .exited(0))
        group?.end(grace: 0)
    }

    @Test("A cancelled program and its children get TERM, and KILL after the grace")
    func ignoresTERM() throws {
        var program = shell("trap '' TERM; (trap '' TERM; sleep 60) & echo ready; wait; sleep 60")
        program.grace = { 0.1 }
        var isReady = false
        var group: ProcessGroup?
        #expect(throws: CancellationError.self) {
            try program.run(isCancelled: { isReady }, started: { group = $0 }) { line in
                if line.text == "ready" { isReady = true }
            }
        }
        #expect(try #require(group).isAlive == false)
    }

    @Test("A grace that becomes shorter while the program ends holds")
    func graceIsCut() throws {
        var program = shell("trap 'echo asked' TERM; echo ready; while :; do :; done")
        let isCut = Guarded(false)
        program.grace = { isCut.withLock { $0 } ? 0 : 3600 }
        var lines: [String] = []
        #expect(throws: CancellationError.self) {
            try program.run(isCancelled: { !lines.isEmpty }) { line in
                lines.append(line.text)
                if line.text == "asked" { isCut.withLock { $0 = true } }
            }
        }
        #expect(lines == ["ready", "asked"])
    }

    @Test("A cancelled program ends by itself within the grace, and its last lines are kept")
    func endsByItself() throws {
        let program = shell(
            "trap 'echo bye; exit 0' TERM; echo ready; while :; do :; done"
        )
        var lines: [String] = []
        #expect(throws: CancellationError.self) {
            try program.run(isCancelled: { !lines.isEmpty }) { lines.append($0.text) }
        }
        #expect(lines == ["ready", "bye"])
    }

    @Test("An error of the reader ends the program and is thrown")
    func readerFails() throws {
        struct Full: Error {}
        var group: ProcessGroup?
        #expect(throws: Full.self) {
            try shell("yes").run(started: { group = $0 }) { _ in throw Full() }
        }
        #expect(try #require(group).isAlive == false)
    }

    @Test("A group is found again by its text, and another with the same number is left alone")
    func groupText() throws {
        var text = ""
        _ = try shell("sleep 60 >/dev/null 2>&1 & exit 0")
            .run(started: { text = $0.description }) { _ in }
        let group = try #require(ProcessGroup(text))
        #expect(group.isAlive && group.description == text)
        let parts = text.split(separator: " ")
        let later = try #require(ProcessGroup("\(parts[0]) \(UInt64.max) \(parts[2])"))
        #expect(!later.isAlive && !later.end(grace: 0))
        let boot = try #require(ProcessGroup("\(parts[0]) \(parts[1]) another"))
        #expect(!boot.isAlive)
        #expect(ProcessGroup("1 2 3") == nil && ProcessGroup("x") == nil)
        #expect(group.end(grace: 5) && !group.isAlive)
    }

    @Test("The holders of an inherited descriptor are found and ended")
    func holders() throws {
        let path = "/tmp/workbench-\(UInt64.random(in: 0...UInt64.max)).lock"
        let lock = try #require(Descriptor.open(path, 0o102))
        defer { Files.removeFile(path) }
        #expect(FileLock.attempt(.exclusive, on: lock.number) == 0)
        var program = shell("setsid sleep 60 >/dev/null 2>&1 & exit 0")
        program.inherited = lock.number
        _ = try program.run { _ in }
        #expect(ProcessGroup.holders(of: path).count == 1)
        #expect(ProcessGroup.endHolders(of: path, grace: 5).count == 1)
        #expect(ProcessGroup.holders(of: path).isEmpty)
    }
}
