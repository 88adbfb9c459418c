import Testing
import Workflows
import Workspace

@Suite struct ShippedFlowTests {
    /// Opens a workspace that finds the sample data and the model that ships.
    private func opened(_ body: (FlowService) throws -> Void) throws {
        try TestWorkspace.with { test in
            try test.opened {
                $0.resources = .standard
            } _: {
                try body($0.flows)
            }
        }
    }

    @Test func theyHaveNoFaults() throws {
        try opened { flows in
            let shipped = try flows.files().filter(\.isSample)
            #expect(shipped.map(\.name) == ["csv-recipe", "korean-assistant", "train-and-deploy"])
            let faults = shipped.flatMap(\.faults)
            #expect(faults.isEmpty, "\(faults)")
        }
    }

    /// With few steps; the limits of the losses are those of an untrained model.
    @Test(arguments: [
        ("train-and-deploy", ["steps": "3", "max_loss": "100"], 4),
        ("csv-recipe", ["steps": "3", "max_loss": "100"], 6),
        ("korean-assistant", ["cpt_epochs": "1", "sft_steps": "2", "max_loss": "100"], 8),
    ])
    func theyRunToTheirEnd(name: String, parameters: [String: String], count: Int) throws {
        try opened { flows in
            let order = FlowOrder(parameters: parameters)
            let run = try flows.start(try flows.flow(name), order)
            let end = try flows.wait(for: run.id)
            let states = try flows.detail(run.id).tasks.map {
                "\($0.id) \($0.state) \($0.reason ?? "")"
            }
            #expect(end.state == .completed, "\(states)")
            #expect(end.counts == [.completed: count], "\(states)")
        }
    }

    @Test func nothingIsDeployedIfTheLossIsTooHigh() throws {
        try opened { flows in
            let order = FlowOrder(parameters: ["steps": "2", "max_loss": "0"])
            let run = try flows.start(try flows.flow("train-and-deploy"), order)
            let end = try flows.wait(for: run.id)
            #expect(end.counts == [.completed: 2, .skipped: 2])
        }
    }
}
