/// The machine's processor.
package enum Processor {
    /// The product's name, as the kernel reports it.
    package static var name: String {
        let lines = (try? Files.text("/proc/cpuinfo")) ?? ""
        for line in lines.split(separator: "\n") where line.hasPrefix("model name") {
            guard let colon = line.firstIndex(of: ":") else { break }
            return String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        return "unknown"
    }
}
