public import EventBus
internal import FoundationEssentials
public import Platform

/// Measures memory and accelerators while someone subscribes.
public final class MachineMonitor: Sendable {
    /// The sources of the measurements.
    public struct Configuration: Sendable {
        /// NVIDIA's management library; a name is searched in the library path.
        public var nvml: String
        /// The root of the kernel's device files.
        public var devices: String

        /// Those of this machine, unless `$WORKBENCH_NVML` names another library.
        public init(
            environment: [String: String] = ProcessEnvironment.variables,
            devices: String = "/sys"
        ) {
            nvml = environment["WORKBENCH_NVML"] ?? "libnvidia-ml.so.1"
            self.devices = devices
        }
    }

    private enum Source: Sendable {
        case nvml(NVML)
        case files(AMDGPUFiles)
        case none
    }

    private struct State {
        var source: Source?
        var intervals: [UInt64: Double] = [:]
        var nextID: UInt64 = 0
        var thread: ServiceThread?
        var isClosed = false
    }

    private let configuration: Configuration
    /// The bus that measurements are published on while someone follows them.
    public let readings = EventBus<MachineReading>()

    private let state = Guarded(State())

    /// Creates a monitor without measuring.
    public init(_ configuration: Configuration = Configuration()) {
        self.configuration = configuration
    }

    /// Measures now.
    ///
    /// Blocks for milliseconds; longer the first time, while libraries load.
    public func read() -> MachineReading {
        let gpus: [MachineReading.GPU]
        let name: String
        switch source() {
        case .nvml(let nvml): (gpus, name) = (nvml.read(), "NVML")
        case .files(let files): (gpus, name) = (files.read(), "sysfs")
        case .none: (gpus, name) = ([], "process")
        }
        let memory = SystemMemory.read()
        return MachineReading(
            takenAt: Date(),
            gpus: gpus,
            source: name,
            residentBytes: memory.residentBytes,
            memoryUsed: memory.usedBytes,
            memoryTotal: memory.totalBytes
        )
    }

    /// Publishes measurements in ``readings``, one every `seconds`, until the value is released.
    public func follow(every seconds: Double = 1) -> Subscription {
        precondition(seconds > 0, "the interval must be positive")
        let id = state.withLock { state in
            state.nextID += 1
            state.intervals[state.nextID] = seconds
            if state.thread == nil, !state.isClosed {
                // Without a thread there are no measurements, which is not an error.
                state.thread = try? ServiceThread(name: "wb-machine", niceness: 5) { [weak self] in
                    while let monitor = self, monitor.measure() {}
                }
            }
            return state.nextID
        }
        return Subscription { [weak self] in self?.unfollow(id) }
    }

    /// Waits until no thread measures; false if one still does after ten seconds.
    package func stopsMeasuring() -> Bool {
        state.wait(seconds: 10) { $0.thread == nil ? true : nil } ?? false
    }

    /// Ends the thread that measures.
    package func close() {
        let thread = state.withLock { state in
            state.isClosed = true
            return state.thread
        }
        thread?.join()
    }

    private func unfollow(_ id: UInt64) {
        state.withLock { $0.intervals[id] = nil }
    }

    /// Measures once and waits for the next time; false if there is no follower any more.
    private func measure() -> Bool {
        guard isFollowed() else { return false }
        readings.publish(read())
        guard let interval = state.withLock({ $0.intervals.values.min() }) else {
            return isFollowed()
        }
        _ = state.wait(seconds: interval) { state in
            state.isClosed || state.intervals.isEmpty ? true : nil
        }
        return true
    }

    /// Releases the thread under the same lock, so that a new follower starts another one.
    private func isFollowed() -> Bool {
        state.withLock { state in
            guard state.isClosed || state.intervals.isEmpty else { return true }
            state.thread = nil
            return false
        }
    }

    private func source() -> Source {
        state.withLock { state in
            if let source = state.source { return source }
            let found: Source =
                if let nvml = NVML(path: configuration.nvml) {
                    .nvml(nvml)
                } else {
                    Self.files(configuration.devices)
                }
            state.source = found
            return found
        }
    }

    private static func files(_ root: String) -> Source {
        let files = AMDGPUFiles(root: root)
        return files.isEmpty ? .none : .files(files)
    }
}
