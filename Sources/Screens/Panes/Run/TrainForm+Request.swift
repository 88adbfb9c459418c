import Presentation
import TerminalUI
package import Workspace

extension TrainForm {
    /// The answers that make a request.
    static func values(
        of request: TrainingRequest,
        on model: ModelSummary?,
        from start: Start?
    ) -> [String: String] {
        let passes = request.steps == nil ? usualPasses : ""
        let adapter: [String: String] = [
            "rank": "\(request.rank)",
            "alpha": Figures.plain(request.alpha),
            "from": start?.label ?? nothing,
            "targets": request.targets == TrainingChoices.targets
                ? "" : request.targets.joined(separator: ","),
            "layers": request.layers.map(TrainingRequest.text(ofLayers:)) ?? "",
            "dropout": Figures.plain(request.dropout),
            "rslora": "\(request.usesRankStabilization ?? false)",
            "ratio": Figures.plain(request.loraPlusRatio ?? 1),
            "initialization": choice(request.initialization, TrainingChoices.initializations),
        ]
        let optimization: [String: String] = [
            "batch": "\(request.batchSize)",
            "rate": Figures.plain(request.learningRate),
            "optimizer": choice(request.optimizer, TrainingChoices.optimizers),
            "schedule": request.scheduler.rawValue,
            "power": Figures.plain(request.schedulerPower ?? 1),
            "warmup": "\(request.warmupSteps)",
            "decay": Figures.plain(request.weightDecay),
            "clip": Figures.plain(request.maxGradientNorm),
            "accumulation": "\(request.gradientAccumulation)",
            "precision": request.precision.rawValue,
            "recompute": "\(request.recomputes ?? false)",
            "seed": "\(request.seed)",
        ]
        let data: [String: String] = [
            "dataset": request.dataset,
            "length": "\(request.sequenceLength)",
            "split": request.evaluationSplit.map(Figures.plain) ?? "",
            "long": choice(request.overLength, TrainingChoices.overLength),
            "documents": choice(request.documents, TrainingChoices.documents),
            "packing": "\(request.isPacked)",
            "shuffle": "\(request.isShuffled)",
            "allow": request.allowedFindings?.joined(separator: ",") ?? "",
        ]
        let course: [String: String] = [
            "steps": text(request.steps),
            "epochs": request.epochs == nil ? passes : text(request.epochs),
            "evaluate": text(request.evaluationInterval),
            "samples": "\(request.sampleCount ?? TrainingChoices.usualSamples)",
            "checkpoint": request.checkpointInterval.text,
            "patience": text(request.patience),
            "best": "\(request.choosesBest ?? false)",
        ]
        var values = [
            "model": request.model,
            "name": request.runName ?? "",
            "method": request.method?.rawValue ?? usualMethod(of: model),
        ]
        for part in [adapter, optimization, data, course, stageValues(of: request)] {
            values.merge(part) { first, _ in first }
        }
        for watch in TrainingChoices.watches {
            values[watch.sentinel] = choice(request.sentinels?[watch.sentinel], watch.actions)
        }
        return values
    }

    private static func stageValues(of request: TrainingRequest) -> [String: String] {
        guard let stage = request.then?.first else { return ["then": nothing] }
        let isAsLong = stage.epochs == request.epochs
        let isAsFast = stage.learningRate == request.learningRate
        let isAsWide = stage.batchSize == request.batchSize
        return [
            "then": stage.dataset,
            "then-epochs": isAsLong ? "" : text(stage.epochs),
            "then-batch": isAsWide ? "" : text(stage.batchSize),
            "then-rate": isAsFast ? "" : Figures.plain(stage.learningRate),
            "then-split": stage.evaluationSplit.map(Figures.plain) ?? "",
        ]
    }

    private static func text(_ number: Int?) -> String { number.map { "\($0)" } ?? "" }

    /// Where nothing is said, a choice stands on its first option.
    private static func choice(_ answer: String?, _ options: [String]) -> String {
        answer ?? options.first ?? ""
    }

    /// What the form says; nil while an answer cannot be read.
    package var request: TrainingRequest? {
        guard form.isValid else { return nil }
        var request = base
        answerWhatIsTrained(&request)
        answerAdapter(&request)
        answerOptimization(&request)
        answerCourse(&request)
        request.then = laterStages(after: request)
        return request
    }

    private func answerWhatIsTrained(_ request: inout TrainingRequest) {
        request.model = form.value("model")
        request.dataset = form.value("dataset")
        // What data is for goes by the data.
        if request.dataset != base.dataset { request.stage = nil }
        request.runName = text("name")
        request.method = TrainingRequest.Method(rawValue: form.value("method"))
        request.steps = Int(form.value("steps"))
        request.epochs = Int(form.value("epochs"))
        request.batchSize = Int(form.value("batch")) ?? base.batchSize
        request.learningRate = number("rate") ?? base.learningRate
        request.rank = Int(form.value("rank")) ?? base.rank
        request.alpha = number("alpha") ?? base.alpha
        request.sequenceLength = Int(form.value("length")) ?? base.sequenceLength
        request.evaluationSplit = number("split")
    }

    private func answerAdapter(_ request: inout TrainingRequest) {
        request.initialAdapter = nil
        if let start = starts.first(where: { $0.label == form.value("from") }) {
            if start.isModel {
                request.model = start.path
            } else {
                request.initialAdapter = start.path
                // An adapter on what another run made: that is in no list of models.
                let isListed = models.contains { $0.name == start.model }
                if !isListed, let path = start.modelPath { request.model = path }
            }
        }
        request.targets = text("targets").map(TrainingRequest.names) ?? TrainingChoices.targets
        request.layers = text("layers").flatMap(TrainingRequest.layers)
        request.dropout = number("dropout") ?? base.dropout
        request.usesRankStabilization = form.isOn("rslora") ? true : nil
        request.loraPlusRatio = number("ratio").flatMap { $0 == 1 ? nil : $0 }
        request.initialization = chosen("initialization", TrainingChoices.initializations)
    }

    private func answerOptimization(_ request: inout TrainingRequest) {
        request.optimizer = chosen("optimizer", TrainingChoices.optimizers)
        request.scheduler =
            TrainingRequest.Scheduler(rawValue: form.value("schedule")) ?? base.scheduler
        request.schedulerPower = number("power").flatMap { $0 == 1 ? nil : $0 }
        request.warmupSteps = Int(form.value("warmup")) ?? base.warmupSteps
        request.weightDecay = number("decay") ?? base.weightDecay
        request.maxGradientNorm = number("clip") ?? base.maxGradientNorm
        request.gradientAccumulation =
            Int(form.value("accumulation")) ?? base.gradientAccumulation
        request.precision =
            TrainingRequest.Precision(rawValue: form.value("precision")) ?? base.precision
        request.recomputes = form.isOn("recompute") ? true : nil
        request.seed = UInt64(form.value("seed")) ?? base.seed
    }

    private func answerCourse(_ request: inout TrainingRequest) {
        request.overLength = chosen("long", TrainingChoices.overLength)
        request.documents = chosen("documents", TrainingChoices.documents)
        request.isPacked = form.isOn("packing")
        request.isShuffled = form.isOn("shuffle")
        request.allowedFindings = text("allow").map(TrainingRequest.names)
        request.evaluationInterval = Int(form.value("evaluate"))
        request.sampleCount = Int(form.value("samples")).flatMap {
            $0 == TrainingChoices.usualSamples ? nil : $0
        }
        request.checkpointInterval =
            TrainingRequest.CheckpointInterval(form.value("checkpoint"))
            ?? base.checkpointInterval
        request.patience = Int(form.value("patience"))
        request.choosesBest = form.isOn("best") ? true : nil
        let actions = TrainingChoices.watches.compactMap { watch in
            chosen(watch.sentinel, watch.actions).map { (watch.sentinel, $0) }
        }
        request.sentinels =
            actions.isEmpty ? nil : Dictionary(actions) { first, _ in first }
    }

    private func laterStages(after request: TrainingRequest) -> [TrainingRequest]? {
        let data = form.value("then")
        guard data != Self.nothing, !data.isEmpty else { return nil }
        var stage = request
        stage.dataset = data
        stage.stage = nil
        stage.runName = nil
        stage.evaluationDataset = nil
        stage.initialAdapter = nil
        stage.then = nil
        let known = base.then?.first.flatMap { $0.dataset == data ? $0 : nil }
        if let known { Self.carry(known, unlike: base, into: &stage) }
        if let epochs = Int(form.value("then-epochs")) {
            (stage.epochs, stage.steps) = (epochs, nil)
        } else if let known, known.epochs != base.epochs || known.steps != base.steps,
            known.epochs == nil
        {
            (stage.epochs, stage.steps) = (nil, known.steps)
        }
        stage.batchSize = Int(form.value("then-batch")) ?? request.batchSize
        stage.learningRate = number("then-rate") ?? request.learningRate
        stage.evaluationSplit = number("then-split")
        return [stage] + (base.then?.dropFirst() ?? [])
    }

    /// What a stage has of its own stays; what it had as the first stage follows that.
    private static func carry(
        _ known: TrainingRequest,
        unlike first: TrainingRequest,
        into stage: inout TrainingRequest
    ) {
        func keep<Value: Equatable>(_ path: WritableKeyPath<TrainingRequest, Value>) {
            if known[keyPath: path] != first[keyPath: path] {
                stage[keyPath: path] = known[keyPath: path]
            }
        }
        keep(\.stage)
        keep(\.runName)
        keep(\.evaluationDataset)
        keep(\.sequenceLength)
        keep(\.overLength)
        keep(\.documents)
        keep(\.allowedFindings)
        keep(\.scheduler)
        keep(\.schedulerPower)
        keep(\.warmupSteps)
        keep(\.weightDecay)
        keep(\.maxGradientNorm)
        keep(\.gradientAccumulation)
        keep(\.dropout)
        keep(\.recomputes)
        keep(\.optimizer)
        keep(\.loraPlusRatio)
        keep(\.patience)
        keep(\.choosesBest)
        keep(\.sentinels)
        keep(\.sampleCount)
        keep(\.samplePrompts)
        keep(\.seed)
        keep(\.isPacked)
        keep(\.isShuffled)
        keep(\.evaluationInterval)
        keep(\.checkpointInterval)
        keep(\.precision)
        keep(\.threads)
    }

    private func text(_ id: String) -> String? {
        let text = form.value(id)
        return text.isEmpty ? nil : text
    }

    private func number(_ id: String) -> Double? { Double(form.value(id)) }

    /// What was chosen, unless it is the first of the options.
    private func chosen(_ id: String, _ options: [String]) -> String? {
        let answer = form.value(id)
        return answer == options.first ? nil : answer
    }
}
