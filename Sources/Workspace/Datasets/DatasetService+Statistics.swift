import Datasets
import EventBus
import ModelFiles
import Platform
import Runs

extension DatasetService {
    /// Counts a dataset's tokens in the background, reported by `datasetMeasured` events;
    /// ``list()`` then includes the result.
    ///
    /// Does not block.
    ///
    /// - Parameter model: The model whose tokenizer is used; nil uses the default model.
    public func measure(
        _ dataset: String,
        model: String? = nil,
        sequenceLength: Int = DatasetService.defaultSequenceLength
    ) {
        do throws(PlatformError) {
            try measuring.add { [self] in
                do {
                    try measureNow(dataset, model: model, sequenceLength: sequenceLength)
                } catch {
                    let error = WorkspaceError(error)
                    if error.code != .cancelled {
                        opened.report(error, doing: "Counting the tokens of \(dataset)")
                    }
                }
            }
        } catch {
            opened.report(WorkspaceError(error), doing: "Counting the tokens of \(dataset)")
        }
    }

    private func measureNow(_ name: String, model: String?, sequenceLength: Int) throws {
        let modelName = try model ?? models.default().name
        let file = try models.file(modelName)
        let key = MeasurementCache.Key(
            digest: try find(name).digest,
            model: modelName,
            modelStamp: ContentStamp(try models.path(modelName)),
            sequenceLength: sequenceLength
        )
        let cache = MeasurementCache(folder: cacheFolder, isWritable: opened.access == .full)
        if !key.digest.isEmpty, let known = cache.measurement(for: key) {
            return publish(known, of: name, digest: key.digest)
        }
        let dataset = try read(name, isCancelled: isClosed)
        // Rows of any length are counted; those that are too long are found afterwards.
        let renderer = ExampleRenderer(
            tokenizer: file.tokenizer,
            template: file.chatTemplate,
            sequenceLength: 1 << 24
        )
        let records = dataset.training + dataset.heldOut
        var examples: [Example] = []
        var withoutTarget = 0
        var published = 0.0
        for (index, record) in records.enumerated() {
            if isClosed() { throw CancellationError() }
            do {
                examples += try renderer.examples(of: record)
            } catch let error as DatasetError where error.source != nil {
                // The lint report names the rows and the reasons.
                withoutTarget += 1
            }
            let fraction = Double(index) / Double(records.count)
            if fraction - published >= 0.05 {
                published = fraction
                events.publish(.datasetMeasured(dataset: name, fraction: fraction))
            }
        }
        let counted = DatasetStatistics(examples)
        let isText = dataset.format == .text
        let statistics = DatasetSummary.Statistics(
            model: modelName,
            sequenceLength: sequenceLength,
            tokens: counted.tokens,
            targetTokens: counted.targetTokens,
            meanTokens: counted.mean,
            medianTokens: counted.percentile(0.5),
            p95Tokens: counted.percentile(0.95),
            maximumTokens: counted.longest,
            tooLong: isText ? 0 : examples.count { $0.ids.count > sequenceLength },
            withoutTarget: withoutTarget,
            lengths: counted.histogram(columns: 24)
        )
        var lint = try lint(dataset, file: file, sequenceLength: sequenceLength)
        lint.model = modelName
        let measurement = MeasurementCache.Measurement(statistics: statistics, lint: lint)
        if key.digest.utf8.elementsEqual(dataset.digest.utf8) {
            cache.keep(measurement, for: key)
        }
        publish(measurement, of: name, digest: dataset.digest)
    }

    private func publish(
        _ measurement: MeasurementCache.Measurement,
        of name: String,
        digest: String
    ) {
        state.withLock {
            $0.statistics[digest] = measurement.statistics
            $0.lints[digest] = measurement.lint
        }
        events.publish(.datasetMeasured(dataset: name, fraction: 1))
    }

    func isClosed() -> Bool { state.withLock { $0.isClosed } }
}
