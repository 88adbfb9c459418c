import Datasets
import ModelFiles
import Platform
import Tracking
import Training
import Transformer

/// Everything that a run is computed from, read and checked.
struct TrainingInputs: Sendable {
    /// The request with every default resolved.
    var request: TrainingRequest
    var configuration: TrainingConfiguration
    var modelPath: String
    var model: LanguageModel
    var provenance: RunProvenance
    /// SHA-256 of the chat template that renders the data; nil for raw text.
    var templateDigest: String?
    /// The data as read from the disk, before a part is held out.
    var dataset: Dataset
    /// Separate evaluation data.
    var evaluationDataset: Dataset?
    var examples: [Example]
    var evaluation: [Example]
    /// The rows of `evaluation`.
    var heldOutRecords: [Record]
    /// What was cut or left out to fit the training rows to the sequence length.
    var overLength: OverLengthCounts
    /// The findings in the data; nil if it was not checked.
    var lint: LintReport?
    var runName: String

    /// The decisions made while the data was read, in sentences.
    var decisions: [String] { dataset.decisions + (evaluationDataset?.decisions ?? []) }

    /// `name@digest`, as lists show it.
    var datasetTitle: String { "\(dataset.name)@\(dataset.shortDigest)" }
}

extension RunService {
    /// Reads and checks the model and the data of a request.
    ///
    /// Blocks: opens the model and tokenizes the data.
    ///
    /// - Parameters:
    ///   - isLinting: Whether the data is checked too; a resumed run was checked before.
    ///   - isCancelled: Asked between the stages, and at every row of the data.
    func inputs(
        for request: TrainingRequest,
        isLinting: Bool = true,
        isCancelled: @escaping () -> Bool
    ) throws -> TrainingInputs {
        func stage<Result>(_ body: () throws -> Result) throws -> Result {
            if isCancelled() { throw CancellationError() }
            return try body()
        }
        var request = request
        let base = try sources.model(request.model)
        if let adapter = base.adapter {
            guard request.initialAdapter == nil else {
                throw RunError(
                    .invalid,
                    "\(request.model) is an adapter already, and another one is to be continued.",
                    hint: "Name the base model, or leave out --init-adapter."
                )
            }
            request.initialAdapter = adapter
        }
        if let folder = request.initialAdapter {
            let path = ResolvedPath.entry(folder).text
            request.initialAdapter = path
            try request.adoptShape(ofAdapter: path)
        }
        let file = try stage { try library.file(base.path) }
        request.model = run(ofResult: base.path)?.name ?? sources.modelName(path: base.path)
        let configuration = request.configuration
        for option in TrainingOptions.all where !option.isConfiguration {
            try option.check(request)
        }
        try configuration.validate(for: file.configuration, isQuantized: file.isQuantized)
        request.method = configuration.resolvedMethod(isQuantized: file.isQuantized)

        let dataset = try stage {
            try sources.dataset(request.dataset, isCancelled: isCancelled)
        }
        request.dataset = dataset.name
        let isText = dataset.format == .text
        if let objective = request.objective, (objective == .cpt) != isText {
            throw RunError(
                .invalid,
                "\(dataset.name) holds \(isText ? "raw text" : "conversations"), which is not what "
                    + "the objective \(objective.rawValue) trains on.",
                hint: "Leave out --objective, or choose other data."
            )
        }
        request.objective = isText ? .cpt : .sft
        let split = try request.evaluationSplit.map(dataset.holdingOut) ?? dataset
        let separate = try request.evaluationDataset.map { name in
            try stage { try sources.dataset(name, isCancelled: isCancelled) }
        }
        let overLength = request.overLength
        var renderer = ExampleRenderer(
            tokenizer: file.tokenizer,
            template: isText ? file.chatTemplate : try file.requiredChatTemplate(),
            sequenceLength: request.sequenceLength
        )
        renderer.documents = request.documents
        let training = try renderer.render(
            split.training,
            overLength: overLength,
            isCancelled: isCancelled
        )
        let evaluation = try renderer.render(
            separate?.training ?? split.heldOut,
            overLength: overLength,
            isCancelled: isCancelled
        )
        let lint = DatasetLint(renderer: renderer, overLength: overLength)
        return TrainingInputs(
            request: request,
            configuration: configuration,
            modelPath: base.path,
            model: try stage {
                try library.model(
                    base.path,
                    threads: configuration.threads,
                    usesNormalFloat: request.method == .qlora && !file.isQuantized,
                    isTrained: request.method == .full
                )
            },
            provenance: RunProvenance(
                modelName: file.baseModelName,
                modelDigest: try stage {
                    try library.digest(base.path, isCancelled: isCancelled)
                },
                datasetName: dataset.name,
                datasetDigest: dataset.digest
            ),
            templateDigest: isText ? nil : file.chatTemplateDigest,
            dataset: dataset,
            evaluationDataset: separate,
            examples: training.examples,
            evaluation: evaluation.examples,
            heldOutRecords: Array((separate?.training ?? split.heldOut).prefix(Self.keptRows)),
            overLength: training.overLength,
            lint: isLinting
                ? try lint.report(
                    on: split,
                    evaluation: separate?.training,
                    isCancelled: isCancelled
                ) : nil,
            runName: request.runName
                ?? "\(dataset.name)-\(request.method == .full ? "full" : "r\(request.rank)")"
        )
    }
}

extension RunService {
    /// The maximum number of held-out rows kept for samples.
    private static let keptRows = 64
}
