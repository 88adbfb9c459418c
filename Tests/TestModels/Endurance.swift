import Foundation
import Glibc

/// The number of trials of file readers: few in every test run, many on request.
public enum Endurance {
    /// The number of damaged files per reader, `WORKBENCH_FUZZ_CASES` or `standard`.
    public static func cases(_ standard: Int) -> Int {
        ProcessInfo.processInfo.environment["WORKBENCH_FUZZ_CASES"].flatMap { Int($0) } ?? standard
    }

    /// The start of the sequence of damages: `WORKBENCH_FUZZ_SEED` or 1.
    public static var seed: UInt64 {
        ProcessInfo.processInfo.environment["WORKBENCH_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1
    }

    /// The peak address space of this process, in bytes.
    public static func peakAddressSpace() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmPeak:") }
        let kilobytes = line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) }
        return (kilobytes ?? 0) * 1024
    }

    /// The files in a further folder of models, `WORKBENCH_FUZZ_MODELS`, with an ending.
    public static func models(endingWith suffix: String, atMost limit: Int = 1 << 20) -> [[UInt8]] {
        guard let folder = ProcessInfo.processInfo.environment["WORKBENCH_FUZZ_MODELS"] else {
            return []
        }
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(suffix) }.sorted().compactMap { name in
            guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else {
                return nil
            }
            return data.count <= limit ? Array(data) : nil
        }
    }
}
