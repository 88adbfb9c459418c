import Machine
import Platform
import Testing
import TestModels

struct AvailableMemoryTests {
    @Test(arguments: [
        ("0::/one/two\n", "", "memory.max", "memory.current", ""),
        (
            "4:cpu,memory:/one/two\n", "/memory", "memory.limit_in_bytes",
            "memory.usage_in_bytes", "total_"
        ),
    ])
    func theTightestControlGroupCounts(
        membership: String,
        root: String,
        limit: String,
        usage: String,
        prefix: String
    ) throws {
        try TemporaryFolder.with { folder in
            let memory = AvailableMemory(processes: folder, groups: "\(folder)/groups")
            #expect(memory.read() == nil)
            try write("MemAvailable:    4000 kB\n", to: "\(folder)/meminfo")
            #expect(memory.read() == 4_096_000)

            let top = "\(folder)/groups\(root)/one"
            try Files.makeFolder("\(folder)/self")
            try Files.makeFolder("\(top)/two")
            try write(membership, to: "\(folder)/self/cgroup")
            try write("max\n", to: "\(top)/two/\(limit)")
            try write("500\n", to: "\(top)/two/\(usage)")
            #expect(memory.read() == 4_096_000)

            try write("3000\n", to: "\(top)/\(limit)")
            try write("2500\n", to: "\(top)/\(usage)")
            #expect(memory.read() == 500)
            try write(
                "anon 1500\n\(prefix)inactive_file 600\n\(prefix)active_file 400\n",
                to: "\(top)/memory.stat"
            )
            #expect(memory.read() == 1500)
            try write("9000\n", to: "\(top)/\(usage)")
            #expect(memory.read() == 0)
        }
    }

    @Test(arguments: [
        ("Max address space         256000000            unlimited            bytes", 156_976_128),
        ("Max data size             200000000            unlimited            bytes", 131_904_000),
        ("Max address space         20000000             20000000             bytes", 0),
        (
            "Max address space         unlimited            unlimited            bytes",
            1_024_000_000
        ),
    ])
    func theLimitsOfTheProcessCount(line: String, room: Int64) throws {
        try TemporaryFolder.with { folder in
            try Files.makeFolder("\(folder)/self")
            try write("MemAvailable:  1000000 kB\n", to: "\(folder)/meminfo")
            let status = "VmSize:\t   34203 kB\nVmData:\t    4000 kB\n"
            try write(status, to: "\(folder)/self/status")
            let limits =
                "Limit                     Soft Limit           Hard Limit           Units\n"
            try write("\(limits)\(line)\n", to: "\(folder)/self/limits")
            let memory = AvailableMemory(processes: folder, groups: "\(folder)/groups")
            #expect(memory.read() == room)
        }
    }

    @Test func allocationsThatWouldFailAreRefusedBefore() throws {
        let gate = MemoryGate { nil }
        #expect(gate.admits(1 << 20))
        // More address space than a processor has.
        #expect(!gate.admits(1 << 60))
        let error = #expect(throws: MachineError.self) {
            try gate.admit(1 << 60, for: "It", hint: "Take less.")
        }
        #expect(error?.hint?.hasPrefix("Take less.") == true)
    }

    @Test func thisMachineReportsItsMemory() throws {
        let bytes = try #require(AvailableMemory().read())
        #expect(bytes > 1 << 20)
    }

    private func write(_ text: String, to path: String) throws {
        try Files.write(text.utf8, to: path)
    }
}
