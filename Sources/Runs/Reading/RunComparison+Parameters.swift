import Tracking
import Training

extension RunComparison {
    /// The parameters of runs, and whether the runs agree on each.
    ///
    /// Runs of this program are compared by their stored requests, option by option: an option that was
    /// not recorded has its default, and two spellings of a value are the same. Parameters of other
    /// programs are compared as texts.
    static func parameters(of runs: [RunSummary]) -> [(row: Row, isCommon: Bool)] {
        let requests = runs.map { run in
            run.tags[RunTag.request.text].flatMap(TrainingRequest.init(json:))
        }
        let own = requests.compactMap { $0 }
        return Set(runs.flatMap(\.parameters.keys)).sorted().map { key in
            let option = TrainingOptions.recorded(as: key)
            let values = zip(runs, requests).map { run, request in
                run.parameters[key]
                    ?? request.flatMap { request in
                        option.flatMap { $0.applies(to: request) ? $0.text(of: request) : nil }
                    }
            }
            guard let option, let first = own.first, own.count == runs.count else {
                return (Row(key: key, values: values), Set(values).count < 2)
            }
            return (
                Row(key: key, values: values),
                own.allSatisfy { request in
                    option.applies(to: request) == option.applies(to: first)
                        && option.isSame(first, request)
                }
            )
        }
    }
}
