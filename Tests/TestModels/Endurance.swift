import Foundation
import Glibc

/// How much is tried on readers of files: little in every test run, much where one asks for it.
public enum Endurance {
    /// How many damaged files each reader gets, `WORKBENCH_FUZZ_CASES` or `standard`.
    public static func cases(_ standard: Int) -> Int {
        ProcessInfo.processInfo.environment["WORKBENCH_FUZZ_CASES"].flatMap { Int($0) } ?? standard
    }

    /// Where the sequence of damages begins: `WORKBENCH_FUZZ_SEED` or 1.
    public static var seed: UInt64 {
        ProcessInfo.processInfo.environment["WORKBENCH_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1
    }

    /// The most address space that this process has had, in bytes.
    public static func peakAddressSpace() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmPeak:") }
        let kilobytes = line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) }
        return (kilobytes ?? 0) * 1024
    }

    /// The files that a further folder of models has, `WORKBENCH_FUZZ_MODELS`, by their ending.
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
