import Foundation
import ModelFiles
import Tensors
import Testing
import Transformer

/// Ten AdamW steps of PEFT on the default model, and the same steps computed in float64.
///
/// The adapter that they start from is large, so it is read from the folder
/// that `WORKBENCH_REFERENCE` names, or from `shared/reference` beside the
/// checkout. Without it the run says what it left out; `make interop` then
/// still compares training with PEFT itself.
@Suite(.serialized) struct LoRAReferenceTests {
    struct Run: Decodable {
        struct Row: Decodable {
            let ids: [Int32]
            let first_target: Int
        }
        struct Step: Decodable {
            let rows: [Row]
            let loss: Double
            let grad_norm: Double
        }
        /// What a step gives in float64, the same batches and rates.
        struct Truth: Decodable {
            let loss: Double
            let grad_norm: Double
        }
        let loss_of_step_0_batch_after_10_steps: Double
        let steps: [Step]
        let float64: [Truth]
    }

    static var folder: String? {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let folder =
            ProcessInfo.processInfo.environment["WORKBENCH_REFERENCE"]
            ?? root.appendingPathComponent("../shared/reference").standardized.path
        guard FileManager.default.fileExists(atPath: "\(folder)/smollm2/adapter_initial") else {
            print(
                "LEFT OUT: no reference adapter in \(folder); training is not compared with PEFT's ten steps"
            )
            return nil
        }
        return "\(folder)/smollm2"
    }

    /// What one of the ten steps computed, before the adapter changes.
    struct Computed {
        let index: Int
        let loss: Double
        let norm: Double
        let gradients: FloatBuffer
        let adapter: LoRA
        let model: LanguageModel
    }

    /// Takes PEFT's ten steps in one precision; returns the loss of step 0's batch after them.
    static func takeSteps(
        _ run: Run,
        folder: String,
        precision: Precision,
        _ check: (Run.Step, Computed) throws -> Void
    ) throws -> Double {
        let model = try Models.smollm2()
        let adapter = try LoRA(AdapterFile.read(folder: "\(folder)/adapter_initial"), for: model)
        let count = adapter.parameters.count
        let gradients = FloatBuffer(count: count)
        let rule = AdamW(parameterCount: count)
        let pass = TrainingPass(
            model,
            .init(tokenCapacity: 256, shape: adapter.shape, precision: precision)
        )
        for (index, step) in run.steps.enumerated() {
            let batch = Self.batch(step.rows)
            gradients.clear()
            let sum = try pass.lossAndGradients(
                batch,
                adapter: adapter,
                gradients: gradients,
                targetCount: batch.targetCount
            )
            let norm = gradients.values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
            let computed = Computed(
                index: index,
                loss: sum / Double(batch.targetCount),
                norm: norm,
                gradients: gradients,
                adapter: adapter,
                model: model
            )
            try check(step, computed)
            rule.step(
                OptimizerStep(
                    parameters: adapter.parameters,
                    gradients: gradients,
                    number: index + 1,
                    learningRate: 5e-4
                ),
                of: OptimizerPiece(range: 0..<count, weightDecay: 0.01)
            )
        }
        let batch = Self.batch(run.steps[0].rows)
        return try pass.loss(batch, adapter: adapter) / Double(batch.targetCount)
    }

    static func run() throws -> Run {
        try JSONDecoder().decode(Run.self, from: Data(contentsOf: fixture("lora_steps.json")))
    }

    /// PEFT's own float32 losses are up to 4.3e-6 and its norms 1.3e-5 away from these.
    @Test func tenStepsAgreeWithFloat64AndTheirGradientsWithPEFT() throws {
        guard let folder = Self.folder else { return }
        let run = try Self.run()
        let loss = try Self.takeSteps(run, folder: folder, precision: .exact) { _, computed in
            let index = computed.index
            let truth = run.float64[index]
            #expect(abs(computed.loss - truth.loss) <= 3e-6 * truth.loss, "loss of step \(index)")
            #expect(
                abs(computed.norm - truth.grad_norm) <= 1e-5 * truth.grad_norm,
                "norm of step \(index)"
            )
            if index == 0 {
                try expectGradients(
                    computed.gradients,
                    computed.adapter,
                    computed.model,
                    "\(folder)/gradients_step0.safetensors"
                )
            }
        }
        let expected = run.loss_of_step_0_batch_after_10_steps
        #expect(abs(loss - expected) <= 5e-6 * expected)
    }

    /// At PEFT's own parameters, so that ten steps' rounding does not add up.
    @Test func gradientsOfATrainedAdapterAgreeWithPEFT() throws {
        guard let folder = Self.folder else { return }
        let run = try JSONDecoder().decode(
            Run.self,
            from: Data(contentsOf: fixture("lora_steps.json"))
        )
        let model = try Models.smollm2()
        let adapter = try LoRA(
            AdapterFile.read(folder: "\(folder)/adapter_after_10_steps"),
            for: model
        )
        let gradients = FloatBuffer(count: adapter.parameters.count)
        let pass = TrainingPass(
            model,
            .init(tokenCapacity: 256, shape: adapter.shape, precision: .exact)
        )
        let batch = Self.batch(run.steps[0].rows)
        _ = try pass.lossAndGradients(
            batch,
            adapter: adapter,
            gradients: gradients,
            targetCount: batch.targetCount
        )
        try expectGradients(
            gradients,
            adapter,
            model,
            "\(folder)/gradients_after_10_steps.safetensors"
        )
    }

    static func batch(_ rows: [Run.Row]) -> TokenBatch {
        var segments: [Range<Int>] = []
        var tokens: [Int32] = []
        var isTarget: [Bool] = []
        for row in rows {
            segments.append(tokens.count..<tokens.count + row.ids.count)
            tokens += row.ids
            isTarget += row.ids.indices.map { $0 >= row.first_target }
        }
        return TokenBatch(tokens: tokens, segments: segments, isTarget: isTarget)
    }

    private func expectGradients(
        _ gradients: FloatBuffer,
        _ adapter: LoRA,
        _ model: LanguageModel,
        _ path: String
    ) throws {
        let ours = try adapter.adapterFile(of: gradients, for: model)
        let file = try SafetensorsFile(path: path)
        for name in file.tensors.keys.sorted() {
            let theirs = try file.floats(named: name)
            let mine = try #require(ours.tensors["base_model.model.\(name)"]).values
            let norm = theirs.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
            let distance = zip(mine, theirs).reduce(0.0) {
                $0 + pow(Double($1.0) - Double($1.1), 2)
            }
            .squareRoot()
            if norm == 0 {
                #expect(distance == 0, "\(name) is exactly zero")
            } else {
                // PEFT's float32 is up to 1.5e-4 from the same gradients in float64.
                #expect(distance <= 2e-4 * norm, "\(name)")
            }
        }
    }
}
