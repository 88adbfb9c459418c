import Machine
import Presentation
import Runs
import TerminalUI
import Workspace

/// The lines of the memory panel: the GPU, or the process and the machine.
struct MemoryText {
    private let history: MachineHistory
    private let run: RunSummary
    private let forecast: Int64?

    init(_ history: MachineHistory, of run: RunSummary, forecast: Int64?) {
        self.history = history
        self.run = run
        self.forecast = forecast
    }

    func lines(width: Int, glyphs: GlyphSet) -> [StyledText] {
        guard let reading = history.latest else { return [StyledText("not measured yet", .muted)] }
        guard let gpu = reading.gpus.first else {
            return [process(reading, width: width, glyphs), machine(reading)]
        }
        var name = StyledText("GPU  ", .muted) + StyledText(gpu.name)
        if reading.gpus.count > 1 { name.append(" and \(reading.gpus.count - 1) more", .muted) }
        var memory = StyledText("VRAM ", .muted) + share(gpu.memoryUsed, of: gpu.memoryTotal)
        memory.append(gpu.utilization.map { "  busy \(Figures.percent($0))" } ?? "")
        memory += curve(width - memory.width - 1, glyphs)
        return [name, memory]
    }

    private func process(
        _ reading: MachineReading,
        width: Int,
        _ glyphs: GlyphSet
    ) -> StyledText {
        let label = StyledText("RSS  ", .muted)
        var end = StyledText()
        if let forecast {
            // The forecast is in addition to the memory of the process that executes the run.
            end = StyledText("  forecast ", .muted) + StyledText("+\(Figures.bytes(forecast))")
        }
        guard run.isMine, run.status.isLive else {
            let measured = label + ofElsewhere(reading)
            return measured.width + end.width <= width ? measured + end : measured
        }
        var text = label + StyledText(Figures.bytes(reading.residentBytes))
        text += curve(min(16, width - text.width - end.width - 1), glyphs)
        return text + end
    }

    /// The memory that a run in another process measured, or this process's, labelled as such.
    private func ofElsewhere(_ reading: MachineReading) -> StyledText {
        guard let own = run.metrics[MetricName.residentBytes].flatMap({ Int64(exactly: $0) }) else {
            return StyledText(Figures.bytes(reading.residentBytes)) + StyledText(" here", .muted)
        }
        let owner =
            run.status.isLive
            ? run.ownerProcess.map { " in process \($0)" } ?? " in its process" : " at its end"
        return StyledText(Figures.bytes(own)) + StyledText(owner, .muted)
    }

    private func machine(_ reading: MachineReading) -> StyledText {
        StyledText("RAM  ", .muted) + share(reading.memoryUsed, of: reading.memoryTotal)
            + StyledText("  no GPU", .muted)
    }

    private func share(_ used: Int64, of total: Int64) -> StyledText {
        StyledText(Figures.bytes(used)) + StyledText(" of \(Figures.bytes(total))", .muted)
    }

    private func curve(_ width: Int, _ glyphs: GlyphSet) -> StyledText {
        guard width >= 4, history.memory.count > 1 else { return StyledText() }
        let newest = history.memory.suffix(width)
        return StyledText(" ")
            + Sparkline(SampleSeries(Array(newest))).text(width: width, glyphs: glyphs)
    }
}
