internal import Platform

/// AMD's accelerators, as reported by the kernel's `amdgpu` driver in files.
///
/// Source: the Linux kernel's documentation, "GPU sysfs/hwmon interfaces" of amdgpu.
struct AMDGPUFiles: Sendable {
    private struct Card {
        let device: String
        let name: String
    }

    private let cards: [Card]

    /// Finds cards with memory of their own below `root`, which is `/sys` except in tests.
    init(root: String) {
        let folder = "\(root)/class/drm"
        cards = Files.names(in: folder).compactMap { card in
            // Connectors have names such as card0-HDMI-A-1.
            guard card.hasPrefix("card"), card.dropFirst(4).allSatisfy(\.isNumber) else {
                return nil
            }
            let device = "\(folder)/\(card)/device"
            guard Self.number("\(device)/mem_info_vram_total") != nil else { return nil }
            let name = Self.line("\(device)/product_name").flatMap { $0.isEmpty ? nil : $0 }
            return Card(device: device, name: name ?? "AMD GPU \(card.dropFirst(4))")
        }
    }

    var isEmpty: Bool { cards.isEmpty }

    /// Measures every card; those that do not answer are left out.
    func read() -> [MachineReading.GPU] {
        cards.compactMap { card in
            guard let used = Self.number("\(card.device)/mem_info_vram_used"),
                let total = Self.number("\(card.device)/mem_info_vram_total")
            else { return nil }
            let percent = Self.number("\(card.device)/gpu_busy_percent")
            return MachineReading.GPU(
                name: card.name,
                memoryUsed: used,
                memoryTotal: total,
                utilization: percent.map { Double($0) / 100 }
            )
        }
    }

    private static func number(_ path: String) -> Int64? { line(path).flatMap { Int64($0) } }

    private static func line(_ path: String) -> String? {
        guard let bytes = try? Files.read(path) else { return nil }
        return String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
    }
}
