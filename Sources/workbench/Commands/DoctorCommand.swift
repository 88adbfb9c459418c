import ArgumentParser
import Machine
import Presentation
import Workspace

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Report hardware and measured peak speed; takes about a second."
    )

    @Flag(help: "Measure each kernel beside the peak of its unit; takes some seconds.")
    var kernels = false

    @OptionGroup var shared: SharedOptions

    func run() throws {
        if kernels { return try printKernels() }
        let report = try shared.open().measureMachine()
        if shared.json { return try Console.printJSON(report) }
        var table = TextTable(["processor", report.processor])
        let rows: [(String, String?)] = [
            ("cores", "\(report.cores)"), ("kernels", kernelsInUse(report)),
            ("products", productsInUse(report)),
            ("OpenBLAS", report.openblasCore ?? "missing: apt-get install libopenblas-dev"),
            ("float32, measured", rate(report.float32Gflops, "GFLOP/s")),
            ("bfloat16, measured", rate(report.bfloat16Gflops, "GFLOP/s")),
            ("bfloat16 in tiles, measured", report.tileGflops.map { rate($0, "GFLOP/s") }),
            ("int8, measured", rate(report.int8Gops, "Gop/s")),
            (
                "memory read, measured",
                "\(Figures.decimal(report.readGigabytesPerSecond, places: 1)) GB/s"
            ),
            (
                "memory",
                "\(Figures.bytes(report.machine.memoryUsed)) of \(Figures.bytes(report.machine.memoryTotal)) in use"
            ),
            ("workspace", report.workspace),
            (
                "models",
                report.models.isEmpty
                    ? "none: workbench model pull smollm2-135m-instruct"
                    : report.models.joined(separator: ", ")
            ),
        ]
        for (name, value) in rows { if let value { table.add([name, value]) } }
        for gpu in report.machine.gpus {
            table.add([
                "GPU",
                "\(gpu.name), \(Figures.bytes(gpu.memoryUsed)) of \(Figures.bytes(gpu.memoryTotal)) in use",
            ])
        }
        if report.machine.gpus.isEmpty { table.add(["GPU", "none found"]) }
        table.print()
        if let obstacle = report.cacheObstacle {
            Console.note("Measured speeds are not kept, so every process measures: \(obstacle)")
            Console.hint("Make that folder writable, or set XDG_CACHE_HOME to one that is.")
        }
    }

    private func printKernels() throws {
        let report = try shared.open().measureKernels()
        if shared.json { return try Console.printJSON(report) }
        Console.print("\(report.processor), \(report.threads) threads, \(report.instructionSet)\n")
        var table = TextTable(["kernel", "sizes", "measured", "of the peak"])
        for speed in report.kernels {
            table.add([
                speed.kernel, speed.sizes,
                "\(Figures.decimal(speed.rate, places: 1)) \(speed.unit)",
                speed.peak.map {
                    "\(Figures.percent(speed.rate / $0)) of \(Figures.decimal($0, places: 0))"
                } ?? "",
            ])
        }
        table.print()
    }

    private func kernelsInUse(_ report: MachineReport) -> String {
        guard let refusal = report.tilesRefusal else { return report.instructionSet }
        return "\(report.instructionSet); the processor's AMX is not used: \(refusal)"
    }

    private func productsInUse(_ report: MachineReport) -> String {
        let rates = report.productGops.sorted { $0.value > $1.value }
            .map { "\($0.key) \(Figures.decimal($0.value, places: 0))" }
        return "\(report.products); a thread has \(rates.joined(separator: ", ")) Gop/s"
    }

    private func rate(_ value: Double, _ unit: String) -> String {
        "\(Figures.decimal(value, places: 0)) \(unit)"
    }
}
