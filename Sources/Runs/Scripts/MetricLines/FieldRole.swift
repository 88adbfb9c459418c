/// What a printed name with a number means.
enum FieldRole: Equatable {
    /// The step.
    case step
    /// The pass over the data.
    case epoch
    /// The number of all steps.
    case total
    /// No measurement, such as a port.
    case ignored
    /// A metric, under the name that it is stored with.
    case metric(String)

    private static let steps: Set = [
        "step", "global_step", "globalstep", "iter", "iteration", "train_step", "_step", "update",
        "num_updates", "trainer/global_step", "train/global_step",
    ]
    private static let epochs: Set = ["epoch", "train_epoch", "train/epoch"]
    private static let totals: Set = [
        "total_steps", "max_steps", "num_steps", "total_step", "n_steps", "num_training_steps",
    ]
    private static let settings: Set = [
        "timestamp", "ts", "pid", "tid", "rank", "local_rank", "world_size", "seed", "port",
        "lineno", "line", "v_num", "id", "worker", "worker_id", "level", "_timestamp", "_runtime",
        "eta", "year", "date", "status_code", "kv",
    ]
    private static let times: Set = ["time", "t", "now", "created", "asctime", "epoch_time"]

    /// The role of a name as it was printed.
    init(_ printed: String, _ value: Double) {
        let name = MetricFieldName.stored(printed)
        let plain = name.lowercased()
        if name.isEmpty || Self.settings.contains(plain) {
            self = .ignored
        } else if Self.steps.contains(plain) {
            self = .step
        } else if Self.epochs.contains(plain) {
            self = .epoch
        } else if Self.totals.contains(plain) {
            self = .total
        } else if Self.times.contains(plain), value > 1e9 {
            // Seconds or milliseconds since 1970.
            self = .ignored
        } else {
            self = .metric(name)
        }
    }
}

/// The names of printed fields.
enum MetricFieldName {
    /// The longest name, in bytes.
    static let maxLength = 96

    /// The name as the store and MLflow's clients take it: letters, digits and `_-./`.
    ///
    /// `memory/max_allocated (GiB)` becomes `memory/max_allocated_GiB`. Empty if nothing is left.
    static func stored(_ printed: String) -> String {
        var name = ""
        var isSpace = false
        for scalar in printed.unicodeScalars.prefix(4 * maxLength) {
            let isKept =
                scalar.isASCII
                ? isNameByte(UInt8(scalar.value)) : scalar.properties.isAlphabetic
            guard isKept else {
                isSpace = !name.isEmpty && scalar != ")" && scalar != "]"
                continue
            }
            guard name.utf8.count + scalar.utf8.count + 1 <= maxLength else { break }
            if isSpace, name.last != "_", scalar != "_" { name += "_" }
            isSpace = false
            name.unicodeScalars.append(scalar)
        }
        while let last = name.last, "/.-".contains(last) { name.removeLast() }
        while let first = name.first, "/.-".contains(first) { name.removeFirst() }
        // The store takes no path that leads upwards.
        return name.contains("..") || name.contains("//") || name.contains("/.") ? "" : name
    }

    static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "_-./".utf8.contains(byte)
        }
    }

    static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    /// Words in the names of measurements.
    private static let measured: Set = [
        "loss", "losses", "acc", "accuracy", "ppl", "perplexity", "lr", "grad", "gnorm",
        "grad_norm", "learning", "f1", "auc", "bleu", "rouge", "rouge1", "rouge2", "rougel",
        "reward", "rewards", "mse", "mae", "rmse", "r2", "precision", "recall", "wer", "cer",
        "iou", "miou", "dice", "kl", "entropy", "nll", "bpb", "bpc", "score", "mfu",
        "throughput", "ppx", "logloss", "mrr", "ndcg", "psnr", "ssim", "fid", "gradnorm",
    ]

    /// Whether a name is one that programs give to measurements.
    static func isMeasurement(_ name: String) -> Bool {
        name.lowercased().split(whereSeparator: { "_-/. @".contains($0) })
            .contains { measured.contains(String($0)) }
    }
}
