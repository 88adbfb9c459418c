import Datasets
import EventBus
import Platform
import Tracking
import Training

extension RunService {
    /// Warns of options for evaluations if nothing is held out.
    func warnOfEvaluationsInVain(_ inputs: TrainingInputs) {
        let request = inputs.request
        let asked = [
            ("the best result", request.choosesBest), ("patience", request.patience != nil),
            ("the interval of evaluations", request.evaluationInterval != nil),
            ("samples", (request.sampleCount ?? 0) > 0),
            ("prompts to answer", !request.samplePrompts.isEmpty),
        ].filter(\.1).map(\.0)
        guard inputs.evaluation.isEmpty, !asked.isEmpty else { return }
        opened.notices.publish(
            Notice(
                .warning,
                "Nothing of \(inputs.dataset.name) is held out, so this has nothing to go by: "
                    + asked.joined(separator: ", ") + ".",
                hint: "Give --eval-split or --eval-data."
            )
        )
    }

    /// Makes the row of a run, with its parameters and datasets.
    func create(
        _ id: String,
        _ inputs: TrainingInputs,
        experiment name: String,
        snapshot: String,
        evaluation: String?,
        _ tags: [Tag]
    ) throws -> RunRecord {
        var new = NewRun()
        new.id = id
        let experiment = try opened.store.findOrCreateExperiment(named: name)
        _ = try opened.writablePath(of: "\(experiment.artifactLocation)/\(id)")
        new.experimentID = experiment.id
        new.name = try freeName(inputs)
        new.tags =
            tags + [
                owner,
                Tag(RunTag.checkpointKey, opened.store.newRunID()),
                Tag(RunTag.request, try stored(inputs.request).json),
                Tag(RunTag.dataset, opened.location(of: snapshot)),
                Tag(RunTag.modelPath, inputs.modelPath),
                Tag(RunTag.modelDigest, inputs.provenance.modelDigest),
                Tag(RunTag.sourceName, "workbench train"),
                Tag(RunTag.sourceType, "LOCAL"),
            ]
        if let evaluation {
            new.tags.append(Tag(RunTag.evaluationDataset, opened.location(of: evaluation)))
        }
        let later = try inputs.request.then?.map { try sources.datasetName($0.dataset) }
            .joined(separator: ",")
        if let later { new.tags.append(Tag(RunTag.then, later)) }
        let start = inputs.request.initialAdapter ?? inputs.modelPath
        if let origin = run(ofResult: start), !tags.contains(where: { $0.key == RunTag.follows }) {
            new.tags.append(Tag(RunTag.origin, origin.id))
        }
        if let digest = inputs.templateDigest {
            new.tags.append(Tag(RunTag.templateDigest, digest))
        }
        if let checkout = GitCheckout(containing: ".") { new.tags += checkout.tags }
        let record = try opened.store.createRun(new, isPublished: true)
        let phases = later.map { Param("then", $0) }
        let params = inputs.request.parameters + [phases].compactMap { $0 }
        try opened.store.log(Batch(params: params), run: id)
        var read = [
            DatasetInput(
                TrackedDataset(inputs.dataset, at: opened.location(of: snapshot)),
                context: "training"
            )
        ]
        if let data = inputs.evaluationDataset, let evaluation {
            let tracked = TrackedDataset(data, at: opened.location(of: evaluation))
            read.append(DatasetInput(tracked, context: "evaluation"))
        }
        try opened.store.logInputs(read, run: id)
        return record
    }

    /// The request as it is stored: paths in the workspace are relative to it.
    private func stored(_ request: TrainingRequest) -> TrainingRequest {
        var stored = request
        stored.then = request.then?.map { phase in
            var phase = phase
            phase.dataset = opened.location(of: phase.dataset)
            phase.evaluationDataset = phase.evaluationDataset.map(opened.location)
            return phase
        }
        return stored
    }

    /// Refuses options that are too long to be stored with the run, before the run exists.
    func checkLength(of request: TrainingRequest) throws {
        let longest = request.parameters.max { $0.value.utf8.count < $1.value.utf8.count }
        if let longest, longest.value.utf8.count > Self.maxParameterBytes {
            throw RunError(
                .invalid,
                "\(longest.key.text) takes \(longest.value.utf8.count) bytes; at most "
                    + "\(Self.maxParameterBytes) are kept with a run."
            )
        }
        let count = try request.json.utf8.count
        guard count <= Self.maxRequestBytes else {
            throw RunError(
                .invalid,
                "The run's options take \(count) bytes; at most \(Self.maxRequestBytes) are kept "
                    + "with it.",
                hint: "Shorten --sample-prompt, or give fewer phases."
            )
        }
    }

    /// What the store takes as a parameter's value, and as a tag's.
    private static let maxParameterBytes = 6000
    private static let maxRequestBytes = 8000

    /// The name of a run: the requested one, else one that no other run has.
    func freeName(_ inputs: TrainingInputs) throws -> String {
        guard inputs.request.runName == nil else { return inputs.runName }
        return try freeName(inputs.runName)
    }

    /// A name that no other run has: the given one, or one with a number.
    func freeName(_ name: String) throws -> String {
        var query = RunQuery()
        query.details = []
        let taken = Set(try opened.store.runs(query).map(\.name))
        guard taken.contains(name) else { return name }
        var number = 2
        while taken.contains("\(name)-\(number)") { number += 1 }
        return "\(name)-\(number)"
    }

    /// The run that made the file or folder at a path.
    func run(ofResult path: String) -> RunRecord? {
        let ids = path.split(separator: "/").filter { part in
            part.utf8.count == 32 && part.utf8.allSatisfy { Self.hexadecimal.contains($0) }
        }
        return ids.last.flatMap { try? opened.store.run(String($0), details: .tags) }
    }

    private static let hexadecimal = Set("0123456789abcdef".utf8)
}

extension TrackedDataset {
    /// A dataset as a run records it; MLflow's column for digests holds 36 characters.
    init(_ dataset: Dataset, at path: String) {
        self.init(
            name: dataset.name,
            digest: String(dataset.digest.prefix(36)),
            sourceType: "local",
            source: path,
            profile:
                "{\"num_rows\":\(dataset.training.count),\"num_held_out\":\(dataset.heldOut.count)}"
        )
    }
}
