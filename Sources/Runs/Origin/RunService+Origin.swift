import ChatTemplates
import Datasets
import FoundationEssentials
import JSON
import Machine
import ModelFiles
import Platform
import Tokenizers
import Tracking
import Training
import Transformer

extension RunService {
    /// Writes the files that make the adapter's folder a model for MLflow's clients.
    static func logCard(
        of model: String,
        _ record: RunRecord,
        _ inputs: TrainingInputs,
        in folder: String
    ) throws {
        let question = inputs.dataset.training.lazy.compactMap(\.messages).first?.first {
            $0.role == "user"
        }
        if let question {
            let message = ["role": question.role, "content": question.content]
            let example = try encodeJSON(["messages": [message]])
            try Files.write(Array(example.utf8), to: "\(folder)/\(ModelCard.exampleName)")
        }
        let card = ModelCard(
            model: model,
            run: record.id,
            baseModel: inputs.provenance.modelName,
            architecture: inputs.model.configuration.architecture,
            hasExample: question != nil,
            createdAt: Date()
        )
        try Files.write(Array(try card.yaml().utf8), to: "\(folder)/\(ModelCard.fileName)")
    }

    /// Writes the software and the machine that the run is computed with, again if it is resumed.
    static func logEnvironment(in folder: RunFolder, _ machine: MachineReading) throws {
        let text = try encodeJSON(RunEnvironment(machine: machine))
        try Files.write(Array(text.utf8), to: "\(folder.path)/\(RunEnvironment.fileName)")
    }
}
