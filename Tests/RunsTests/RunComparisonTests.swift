import Foundation
import Runs
import Testing
import Training
import Transformer

@Suite struct RunComparisonTests {
    /// A run of this program, of which some parameters were recorded.
    private static func own(
        _ id: String,
        recorded parameters: [String: String],
        _ change: (inout TrainingRequest) -> Void = { _ in }
    ) throws -> RunSummary {
        var request = TrainingRequest(model: "tiny", dataset: "facts")
        change(&request)
        var run = foreign(id, parameters)
        let json = String(decoding: try JSONEncoder().encode(request), as: UTF8.self)
        run.tags["workbench.request"] = json
        return run
    }

    private static func foreign(_ id: String, _ parameters: [String: String]) -> RunSummary {
        var run = RunSummary(
            id: id,
            name: id,
            experiment: "Default",
            experimentID: "0",
            status: .finished
        )
        run.parameters = parameters
        return run
    }

    private static func compare(_ runs: RunSummary...) -> RunComparison {
        RunComparison(runs: runs, losses: [], evaluationLosses: [])
    }

    @Test func aRecordedDefaultIsTheDefault() throws {
        let comparison = Self.compare(
            try Self.own("a", recorded: ["weight_decay": "0.0"]),
            try Self.own("b", recorded: [:])
        )
        #expect(comparison.differingParameters.isEmpty)
        #expect(comparison.commonParameters.map(\.key) == ["weight_decay"])
    }

    @Test func whatWasNotRecordedIsShownWithItsDefault() throws {
        let comparison = Self.compare(
            try Self.own("a", recorded: ["dropout": "0.25"]) { $0.dropout = 0.25 },
            try Self.own("b", recorded: [:])
        )
        let row = try #require(comparison.differingParameters.first)
        #expect(row.values == ["0.25", "0.0"])
    }

    @Test func fullTrainingHasNoRank() throws {
        let comparison = Self.compare(
            try Self.own("a", recorded: ["rank": "16"]) { $0.rank = 16 },
            try Self.own("b", recorded: [:]) { $0.method = .full }
        )
        let row = try #require(comparison.differingParameters.first { $0.key == "rank" })
        #expect(row.values == ["16", nil])
    }

    @Test func twoSpellingsOfAValueAreOne() throws {
        let comparison = Self.compare(
            try Self.own("a", recorded: ["targets": "q_proj,v_proj"]) {
                $0.targets = [.query, .value]
            },
            try Self.own("b", recorded: ["targets": "v_proj,q_proj"]) {
                $0.targets = [.value, .query]
            }
        )
        #expect(comparison.differingParameters.isEmpty)
    }

    @Test func parametersOfOtherProgramsAreTexts() throws {
        let comparison = Self.compare(
            try Self.own("a", recorded: ["learning_rate": "0.01", "alpha": "32.0"]) {
                $0.learningRate = 0.01
            },
            Self.foreign("b", ["learning_rate": "1e-2", "alpha": "32.0"])
        )
        #expect(comparison.differingParameters.map(\.key) == ["learning_rate"])
        #expect(comparison.commonParameters.map(\.key) == ["alpha"])
    }

    @Test func anUpdatedRunHasNewMetricsAndTheSameCurves() throws {
        let curve = MetricSeries(key: "loss", steps: [0], values: [2])
        var comparison = RunComparison(
            runs: [Self.foreign("a", ["rank": "8"]), Self.foreign("b", ["rank": "8"])],
            losses: [curve, curve],
            evaluationLosses: [curve, curve]
        )
        var run = Self.foreign("b", ["rank": "8"])
        run.metrics["loss"] = 1.5
        comparison.update(run)
        #expect(comparison.metrics.map(\.key) == ["loss"])
        #expect(comparison.losses == [curve, curve])
        #expect(comparison.differingParameters.isEmpty)
        run.parameters["rank"] = "16"
        comparison.update(run)
        #expect(comparison.differingParameters.map(\.key) == ["rank"])
    }
}
