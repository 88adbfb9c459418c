internal import Glibc

/// NVIDIA's management library, loaded at run time if the driver installed it.
///
/// `@unchecked` because it contains only function pointers and handles that never change; NVML
/// itself is thread-safe. Source: the NVML API reference, device queries.
final class NVML: @unchecked Sendable {
    private typealias Initialize = @convention(c) () -> Int32
    private typealias Count = @convention(c) (UnsafeMutablePointer<UInt32>) -> Int32
    private typealias Device = OpaquePointer
    private typealias Handle = @convention(c) (UInt32, UnsafeMutablePointer<Device?>) -> Int32
    private typealias Name = @convention(c) (Device, UnsafeMutablePointer<CChar>, UInt32) -> Int32
    /// `nvmlMemory_t` is three `unsigned long long`: total, free, used.
    private typealias Memory = @convention(c) (Device, UnsafeMutablePointer<UInt64>) -> Int32
    /// `nvmlUtilization_t` is two `unsigned int`: percent of time for kernels and for memory.
    private typealias Utilization = @convention(c) (Device, UnsafeMutablePointer<UInt32>) -> Int32

    private let library: UnsafeMutableRawPointer
    private let shutdown: Initialize
    private let memory: Memory
    private let utilization: Utilization?
    private let devices: [(handle: Device, name: String)]

    /// Loads the library; nil if it is missing or finds no device.
    init?(path: String) {
        guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) else { return nil }
        func symbol<Function>(_ name: String, as type: Function.Type) -> Function? {
            dlsym(library, name).map { unsafeBitCast($0, to: type) }
        }
        guard let initialize = symbol("nvmlInit_v2", as: Initialize.self),
            let shutdown = symbol("nvmlShutdown", as: Initialize.self),
            let count = symbol("nvmlDeviceGetCount_v2", as: Count.self),
            let handle = symbol("nvmlDeviceGetHandleByIndex_v2", as: Handle.self),
            let name = symbol("nvmlDeviceGetName", as: Name.self),
            let memory = symbol("nvmlDeviceGetMemoryInfo", as: Memory.self),
            initialize() == 0
        else {
            dlclose(library)
            return nil
        }
        var deviceCount: UInt32 = 0
        var devices: [(Device, String)] = []
        if count(&deviceCount) == 0 {
            for index in 0..<deviceCount {
                var device: Device?
                guard handle(index, &device) == 0, let device else { continue }
                devices.append((device, Self.text { name(device, $0, $1) } ?? "NVIDIA GPU"))
            }
        }
        guard !devices.isEmpty else {
            _ = shutdown()
            dlclose(library)
            return nil
        }
        self.library = library
        self.shutdown = shutdown
        self.memory = memory
        self.devices = devices
        utilization = symbol("nvmlDeviceGetUtilizationRates", as: Utilization.self)
    }

    deinit {
        _ = shutdown()
        dlclose(library)
    }

    /// Measures every device; those that do not answer are left out.
    func read() -> [MachineReading.GPU] {
        devices.compactMap { device in
            var bytes: [UInt64] = [0, 0, 0]
            guard memory(device.handle, &bytes) == 0 else { return nil }
            var percent: [UInt32] = [0, 0]
            let isBusyKnown = utilization.map { $0(device.handle, &percent) == 0 } ?? false
            return MachineReading.GPU(
                name: device.name,
                memoryUsed: Int64(clamping: bytes[2]),
                memoryTotal: Int64(clamping: bytes[0]),
                utilization: isBusyKnown ? Double(percent[0]) / 100 : nil
            )
        }
    }

    private static func text(
        _ fill: (UnsafeMutablePointer<CChar>, UInt32) -> Int32
    ) -> String? {
        var buffer = [CChar](repeating: 0, count: 96)
        guard fill(&buffer, UInt32(buffer.count)) == 0 else { return nil }
        let bytes = buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
        return String(decoding: bytes, as: UTF8.self)
    }
}
