import ChatTemplates
import Crypto
import Tokenizers

/// Checks a dataset before it is trained on.
public struct DatasetLint: Sendable {
    /// Renders the rows for the model; without one, rules that concern the model are not checked.
    public var renderer: ExampleRenderer?
    /// How conversations over the renderer's sequence length are handled.
    public var overLength: OverLengthPolicy

    /// A longer conversation, in bytes, is likely a mistake.
    static let longRow = 100_000

    /// Creates a check.
    public init(renderer: ExampleRenderer? = nil, overLength: OverLengthPolicy = .stop) {
        self.renderer = renderer
        self.overLength = overLength
    }

    /// Checks all rows.
    ///
    /// - Parameter evaluation: Rows to evaluate on in place of the held-out ones.
    /// - Throws: `CancellationError` when cancelled; faults of rows are findings.
    public func report(
        on dataset: Dataset,
        evaluation: [Record]? = nil,
        isCancelled: () -> Bool = { false }
    ) throws -> LintReport {
        let heldOut = evaluation ?? dataset.heldOut
        var findings = LintCollector()
        var model = renderer.map { ModelLint(renderer: $0, overLength: overLength) }
        for (part, records) in [
            (Dataset.Part.training, dataset.training), (.heldOut, heldOut),
        ] {
            var seen: [SHA256.Digest: RecordSource] = [:]
            for (index, record) in records.enumerated() {
                if isCancelled() { throw CancellationError() }
                let row = LintFinding.Row(part: part, number: index + 1, source: record.source)
                if let first = seen.updateValue(record.source, forKey: try key(of: record)) {
                    findings.note(
                        .duplicate,
                        in: row.comparing(with: first),
                        "rows occur twice",
                        excerpt: record.excerpt
                    )
                }
                TextLint.check(record, as: row, &findings)
                model?.check(record, as: row, &findings)
            }
        }
        model?.finish(&findings)
        try Contamination.check(dataset.training, against: heldOut, &findings, isCancelled)
        return LintReport(
            sequenceLength: renderer?.sequenceLength ?? 0,
            rows: dataset.training.count,
            heldOutRows: heldOut.count,
            findings: findings.findings
        )
    }

    private func key(of record: Record) throws -> SHA256.Digest {
        ContentDigest.key(of: try RowKey.row.texts(of: record))
    }
}

extension LintFinding.Row {
    init(part: Dataset.Part, number: Int, source: RecordSource) {
        self.init(part: part, number: number, source: source, other: nil)
    }

    func comparing(with other: RecordSource) -> LintFinding.Row {
        LintFinding.Row(part: part, number: number, source: source, other: other)
    }
}

extension Record {
    /// The texts of its messages or document.
    var texts: [String] {
        switch content {
        case .text(let text): [text]
        case .conversation(let dialogue): dialogue.messages.map(\.content)
        }
    }

    /// The beginning of its text, in one line.
    var excerpt: String {
        let said = messages?.first { !$0.role.utf8.elementsEqual("system".utf8) }?.content
        return (said ?? texts.first ?? "").excerpt
    }
}

extension String {
    /// The beginning, in one line.
    var excerpt: String {
        let maximum = 72
        let scalars = unicodeScalars.prefix(maximum).map { $0.properties.isWhitespace ? " " : $0 }
        let text = String(UnicodeScalarView(scalars))
        return unicodeScalars.count > maximum ? "\(text)…" : text
    }
}
