import ArgumentParser
import Machine
import Presentation
import Workspace

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Report hardware and measured peak speed; takes about a second."
    )

    @OptionGroup var shared: SharedOptions

    func run() throws {
        let report = try shared.open().measureMachine()
        if shared.json { return try Console.printJSON(report) }
        var table = TextTable(["processor", report.processor])
        for (name, value) in [
            ("cores", "\(report.cores)"), ("kernels", report.instructionSet),
            ("OpenBLAS", report.openblasCore ?? "missing: apt-get install libopenblas-dev"),
            ("float32, measured", rate(report.float32Gflops, "GFLOP/s")),
            ("bfloat16, measured", rate(report.bfloat16Gflops, "GFLOP/s")),
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
        ] { table.add([name, value]) }
        for gpu in report.machine.gpus {
            table.add([
                "GPU",
                "\(gpu.name), \(Figures.bytes(gpu.memoryUsed)) of \(Figures.bytes(gpu.memoryTotal)) in use",
            ])
        }
        if report.machine.gpus.isEmpty { table.add(["GPU", "none found"]) }
        table.print()
    }

    private func rate(_ value: Double, _ unit: String) -> String {
        "\(Figures.decimal(value, places: 0)) \(unit)"
    }
}
