import EventBus
import Glibc
import Machine
import Platform
import Testing
import TestModels

@Suite struct MachineMonitorTests {
    @Test func devicesAreReadThroughNVML() throws {
        try TemporaryFolder.with { folder in
            let library = try Self.buildFakeNVML(in: folder)
            let monitor = Self.monitor(nvml: library, devices: folder)
            let reading = monitor.read()
            #expect(reading.source == "NVML")
            #expect(
                reading.gpus == [
                    MachineReading.GPU(
                        name: "Fake H200",
                        memoryUsed: 12 << 30,
                        memoryTotal: 150 << 30,
                        utilization: 0.37
                    ),
                    MachineReading.GPU(
                        name: "Fake MIG slice",
                        memoryUsed: 1 << 30,
                        memoryTotal: 18 << 30,
                        utilization: nil
                    ),
                ]
            )
        }
    }

    @Test func devicesOfAMDAreReadFromFiles() throws {
        try TemporaryFolder.with { folder in
            let device = "\(folder)/class/drm/card1/device"
            try Self.makeFolders(device)
            try Self.makeFolders("\(folder)/class/drm/card1-HDMI-A-1")
            try Self.makeFolders("\(folder)/class/drm/card0/device")
            try Self.write("17163091968\n", to: "\(device)/mem_info_vram_total")
            try Self.write("1048576\n", to: "\(device)/mem_info_vram_used")
            try Self.write("88\n", to: "\(device)/gpu_busy_percent")
            let reading = Self.monitor(nvml: "\(folder)/none.so", devices: folder).read()
            #expect(reading.source == "sysfs")
            #expect(
                reading.gpus == [
                    MachineReading.GPU(
                        name: "AMD GPU 1",
                        memoryUsed: 1_048_576,
                        memoryTotal: 17_163_091_968,
                        utilization: 0.88
                    )
                ]
            )
        }
    }

    @Test func withoutADeviceTheProcessIsMeasured() throws {
        try TemporaryFolder.with { folder in
            let reading = Self.monitor(nvml: "\(folder)/none.so", devices: folder).read()
            #expect(reading.source == "process")
            #expect(reading.gpus.isEmpty)
            #expect(reading.residentBytes > 1 << 20)
            #expect(reading.memoryTotal > reading.memoryUsed)
            #expect(reading.memoryTotal > reading.residentBytes)
        }
    }

    @Test func itMeasuresForAsLongAsItIsFollowed() throws {
        try TemporaryFolder.with { folder in
            let monitor = Self.monitor(nvml: "\(folder)/none.so", devices: folder)
            let count = Guarded(0)
            let counting = monitor.readings.subscribe { _ in count.withLock { $0 += 1 } }
            defer { counting.cancel() }
            func isReached(_ number: Int) -> Bool {
                count.wait(seconds: 10) { $0 >= number ? true : nil } ?? false
            }
            let following = monitor.follow(every: 0.001)
            #expect(isReached(3))
            following.cancel()
            // The thread ends itself, so a second follower starts another one.
            #expect(monitor.stopsMeasuring())
            let before = count.withLock { $0 }
            let second = monitor.follow(every: 60)
            #expect(isReached(before + 1))
            #expect(count.withLock { $0 } == before + 1)
            second.cancel()
            monitor.close()
        }
    }

    private static func monitor(nvml: String, devices: String) -> MachineMonitor {
        MachineMonitor(
            MachineMonitor.Configuration(environment: ["WORKBENCH_NVML": nvml], devices: devices)
        )
    }

    private static func write(_ text: String, to path: String) throws {
        try Files.write(text.utf8, to: path)
    }

    private static func makeFolders(_ path: String) throws {
        try Files.makeFolder(path)
    }

    /// Compiles the stand-in beside the tests.
    private static func buildFakeNVML(in folder: String) throws -> String {
        let source = #filePath.replacing(
            "MachineTests/MachineMonitorTests.swift",
            with: "FakeNVML/nvml.c"
        )
        let library = "\(folder)/libnvidia-ml.so.1"
        let words: [String] = ["clang", "-shared", "-fPIC", "-o", library, source]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        try #require(posix_spawnp(&process, "clang", nil, nil, &arguments, environ) == 0)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        try #require(status == 0, "clang could not build \(source)")
        return library
    }
}
