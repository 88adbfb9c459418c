import Datasets
import FoundationEssentials
import Platform
import Testing
import Training
import Transformer

/// The table of training options, and what is derived from it.
@Suite struct TrainingOptionsTests {
    /// A valid text of the option that is not its default.
    static func unusual(_ option: TrainingOption) -> [String] {
        switch (option.name, option.kind) {
        case ("on", _): ["loss-spike=go-back", "plateau=pause"]
        case ("layers", _): ["0,3-5"]
        case ("checkpoint-every", _): ["7"]
        case (_, .flag): [option.defaultTexts == ["true"] ? "false" : "true"]
        case (_, .choice(let names)): [names.last ?? ""]
        case (_, .names(let names)): [names.prefix(2).joined(separator: ",")]
        case (_, .integer(let range)): ["\(range.lowerBound + 3)"]
        case (_, .number): ["0.375"]
        case (_, .text): ["something"]
        }
    }

    /// A request without any default.
    static func request() throws -> TrainingRequest {
        var request = TrainingRequest(model: "m", dataset: "d")
        for option in TrainingOptions.all { try option.set(unusual(option), in: &request) }
        return request
    }

    @Test func namesAreUnique() {
        let names = TrainingOptions.all.flatMap { [$0.name] + $0.aliases }
        #expect(Set(names).count == names.count)
        let parameters = TrainingOptions.all.map(\.parameter)
        #expect(Set(parameters).count == parameters.count)
    }

    @Test func everyOptionKeepsItsValueAsTextAndAsJSON() throws {
        let request = try Self.request()
        let read = try JSONDecoder().decode(
            TrainingRequest.self,
            from: JSONEncoder().encode(request)
        )
        #expect(read == request)
        for option in TrainingOptions.all {
            #expect(option.texts(request) == Self.unusual(option), "\(option.name)")
            #expect(!option.isDefault(request), "\(option.name)")
            var plain = request
            try option.set([], in: &plain)
            #expect(option.isDefault(plain), "\(option.name)")
        }
        let configuration = try JSONDecoder().decode(
            TrainingConfiguration.self,
            from: JSONEncoder().encode(request.configuration)
        )
        #expect(configuration == request.configuration)
    }

    @Test func anInvalidTextIsRefused() {
        var request = TrainingRequest(model: "m", dataset: "d")
        let wrong = [
            "rank": "many", "dropout": "x", "scheduler": "steep", "optimizer": "adam",
            "targets": "q_proj,nose", "layers": "5-2", "checkpoint-every": "soon", "seed": "-1",
            "documents": "mixed", "on": "loss-spike", "packing": "perhaps",
        ]
        for (name, text) in wrong {
            let option = TrainingOptions.option(name)
            let error = #expect(throws: TrainingError.self, "\(name)") {
                try option?.set([text], in: &request)
            }
            #expect(error?.hint != nil, "\(name)")
        }
        #expect(request == TrainingRequest(model: "m", dataset: "d"))
    }

    @Test(arguments: [
        ("qkv_proj", [Projection.query, .key, .value]),
        ("gate_up_proj,up_proj,down_proj", [.gate, .up, .down]),
        ("input_linear,output_linear", [.gate, .up, .down]),
    ])
    func aFusedMatrixMeansItsProjections(text: String, projections: [Projection]) throws {
        var request = TrainingRequest(model: "m", dataset: "d")
        try TrainingOptions.option("targets")?.set([text], in: &request)
        #expect(request.configuration.targets == projections)
    }

    @Test func earlierNamesAreUnderstood() {
        #expect(TrainingOptions.option("stage")?.name == "objective")
        #expect(TrainingOptions.option("recompute")?.name == "gradient-checkpointing")
        #expect(TrainingOptions.option("no-packing")?.name == "packing")
    }

    @Test func parametersHaveTheNamesThatRunsHaveStored() {
        var request = TrainingRequest(model: "m", dataset: "d")
        request.method = .lora
        request.objective = .sft
        request.epochs = 2
        let parameters = TrainingOptions.parameters(of: request)
        #expect(
            Set(parameters.map(\.name)) == [
                "model", "dataset", "method", "stage", "epochs", "batch_size", "learning_rate",
                "sequence_length", "checkpoint_every", "recompute", "scheduler", "warmup",
                "weight_decay", "max_grad_norm", "gradient_accumulation", "dropout", "seed",
                "packing", "shuffle", "precision", "rank", "alpha", "targets",
            ]
        )
        request.method = .full
        #expect(!TrainingOptions.parameters(of: request).contains { $0.name == "rank" })
    }

    /// As stored by the version before the table.
    @Test func aRequestOfAnEarlierVersionIsRead() throws {
        let json = """
            {"alpha":8,"batchSize":2,"checkpointInterval":{"steps":{"_0":1000}},"dataset":"facts",\
            "dropout":0,"epochs":3,"evaluationSplit":0.3,"gradientAccumulation":1,\
            "isPacked":true,"isShuffled":false,"learningRate":0.01,"maxGradientNorm":1,\
            "method":"lora","model":"tiny","overLength":"drop","patience":2,"precision":"exact",\
            "rank":4,"recomputes":true,"scheduler":"cosine","seed":7,"optimizer":"lion",\
            "sentinels":{"loss-spike":"go-back"},"sequenceLength":128,"stage":"sft",\
            "targets":["q_proj","v_proj"],"warmupSteps":0,"weightDecay":0.01,\
            "then":[{"alpha":8,"batchSize":1,"checkpointInterval":{"seconds":{"_0":60}},\
            "dataset":"more","dropout":0,"gradientAccumulation":1,"isPacked":true,\
            "isShuffled":true,"learningRate":0.001,"maxGradientNorm":1,"model":"tiny",\
            "precision":"fast","rank":4,"scheduler":"linear","seed":0,"sequenceLength":64,\
            "targets":["q_proj"],"warmupSteps":0,"weightDecay":0.01}]}
            """
        let request = try JSONDecoder().decode(TrainingRequest.self, from: Data(json.utf8))
        #expect(request.model == "tiny")
        #expect(request.objective == .sft)
        #expect(request.method == .lora)
        #expect(request.epochs == 3)
        #expect(request.targets == [.query, .value])
        #expect(request.overLength == .drop)
        #expect(request.optimizer == .lion)
        #expect(request.precision == .exact)
        #expect(request.usesGradientCheckpointing)
        #expect(request.keepsBest)
        #expect(request.monitors[.lossSpike] == .goBack)
        #expect(request.checkpointInterval == .steps(1000))
        #expect(request.seed == 7)
        #expect(request.samplePrompts.isEmpty)
        let phase = try #require(request.then?.first)
        #expect(phase.dataset == "more")
        #expect(phase.checkpointInterval == .seconds(60))
        #expect(phase.scheduler == .linear)
    }

    /// As checkpoints of that version contain it.
    @Test func aConfigurationOfAnEarlierVersionIsRead() throws {
        let json = """
            {"rank":8,"sentinels":{"chosen":{"plateau":"pause"}},"choosesBest":true,"patience":1,\
            "checkpointInterval":{"seconds":{"_0":60}},"recomputes":true,"allowsNoTargets":true}
            """
        let read = try JSONDecoder().decode(TrainingConfiguration.self, from: Data(json.utf8))
        #expect(read.rank == 8)
        #expect(read.monitors[.plateau] == .pause)
        #expect(read.usesGradientCheckpointing)
        #expect(read.allowsNoTargets)
        #expect(read.alpha == TrainingConfiguration().alpha)
    }
}
