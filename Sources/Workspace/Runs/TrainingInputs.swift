import Datasets
import ModelFiles
import Training
import Transformer

/// All that a run is computed from, read and checked.
struct TrainingInputs: Sendable {
    /// The request with every open choice made.
    var request: TrainingRequest
    var configuration: TrainingConfiguration
    var modelPath: String
    var model: LanguageModel
    var provenance: RunProvenance
    /// SHA-256 of the chat template that the data is written with; nil for raw text.
    var templateDigest: String?
    /// The data as it lies on the disk, before a part is held out.
    var dataset: Dataset
    /// Separate evaluation data.
    var evaluationDataset: Dataset?
    var examples: [Example]
    var evaluation: [Example]
    /// The rows of `evaluation`.
    var heldOutRecords: [Record]
    var runName: String

    /// `name@digest`, as a list shows it.
    var datasetTitle: String { "\(dataset.name)@\(dataset.shortDigest)" }
}

extension RunService {
    /// Reads and checks what a request names.
    ///
    /// Blocks: opens the model and tokenizes the data.
    ///
    /// - Parameter isCancelled: Asked between the stages, and at every row of the data.
    func inputs(
        for request: TrainingRequest,
        isCancelled: @escaping () -> Bool
    ) throws -> TrainingInputs {
        func stage<Result>(_ body: () throws -> Result) throws -> Result {
            if isCancelled() { throw CancellationError() }
            return try body()
        }
        var request = request
        let base = try registry.resolve(ChatTarget(request.model))
        if let adapter = base.adapter {
            guard request.initialAdapter == nil else {
                throw WorkspaceError(
                    .invalid,
                    "\(request.model) is an adapter already, and another one is to be gone on from.",
                    hint: "Name the base model, or leave out --init-adapter."
                )
            }
            request.initialAdapter = adapter
        }
        if let folder = request.initialAdapter { try request.adoptShape(ofAdapter: folder) }
        let file = try stage { try models.library.file(base.modelPath) }
        request.model = models.name(path: base.modelPath)
        let configuration = try request.configuration()
        request.method = TrainingRequest.Method(
            configuration.resolvedMethod(isQuantized: file.isQuantized)
        )
        try configuration.validate(for: file.configuration, isQuantized: file.isQuantized)

        let dataset = try stage {
            try datasets.read(request.dataset, isCancelled: isCancelled)
        }
        request.dataset = dataset.name
        let isText = dataset.format == .text
        if let stage = request.stage, (stage == .cpt) != isText {
            throw WorkspaceError(
                .invalid,
                "\(dataset.name) holds \(isText ? "raw text" : "conversations"), which is not what "
                    + "the stage \(stage.rawValue) trains on.",
                hint: "Leave out --stage, or choose other data."
            )
        }
        request.stage = isText ? .cpt : .sft
        let split = try request.evaluationSplit.map(dataset.holdingOut) ?? dataset
        let separate = try request.evaluationDataset.map { name in
            try stage { try datasets.read(name, isCancelled: isCancelled) }
        }
        let renderer = ExampleRenderer(
            tokenizer: file.tokenizer,
            template: isText ? nil : try file.requiredChatTemplate(),
            sequenceLength: request.sequenceLength
        )
        func examples(_ records: [Record]) throws -> [Example] {
            try renderer.render(records, isCancelled: isCancelled).examples
        }
        return TrainingInputs(
            request: request,
            configuration: configuration,
            modelPath: base.modelPath,
            model: try stage {
                try models.library.model(
                    base.modelPath,
                    threads: configuration.threads,
                    usesNormalFloat: request.method == .qlora && !file.isQuantized,
                    isTrained: request.method == .full
                )
            },
            provenance: RunProvenance(
                modelName: file.baseModelName,
                modelDigest: try stage { try models.library.digest(base.modelPath) },
                datasetName: dataset.name,
                datasetDigest: dataset.digest
            ),
            templateDigest: isText ? nil : file.chatTemplateDigest,
            dataset: dataset,
            evaluationDataset: separate,
            examples: try examples(split.training),
            evaluation: try examples(separate?.training ?? split.heldOut),
            heldOutRecords: Array((separate?.training ?? split.heldOut).prefix(Self.keptRows)),
            runName: request.runName
                ?? "\(dataset.name)-\(request.method == .full ? "full" : "r\(request.rank)")"
        )
    }
}

extension RunService {
    /// Held-out rows that are kept to be asked.
    private static let keptRows = 64
}

extension TrainingRequest.Method {
    init(_ method: TrainingConfiguration.Method) {
        self =
            switch method {
            case .lora: .lora
            case .qlora: .qlora
            case .full: .full
            }
    }
}
