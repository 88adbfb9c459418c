import ChatTemplates
import Platform
import Tokenizers

/// The rules that check rows as the model reads them.
struct ModelLint {
    let renderer: ExampleRenderer
    let overLength: OverLengthPolicy
    /// Conversations with something to learn, and those among them that teach no end.
    private var learnt = 0
    private var endless: [(row: LintFinding.Row, excerpt: String)] = []
    private var endlessCount = 0
    /// A missing template is not reported for every row.
    private var lacksTemplate = false
    private var controlTokens: ControlTokenLint

    /// One in a hundred rows may lack an end, as when its last message is the user's.
    private static let toleratedShare = 0.01

    init(renderer: ExampleRenderer, overLength: OverLengthPolicy) {
        self.renderer = renderer
        self.overLength = overLength
        controlTokens = ControlTokenLint(renderer)
    }

    mutating func check(
        _ record: Record,
        as row: LintFinding.Row,
        _ findings: inout LintCollector
    ) {
        switch record.content {
        case .text(let text):
            if renderer.renderedChat(text) == nil { controlTokens.check(record, as: row) }
            check(document: record, as: row, &findings)
        case .conversation(let dialogue):
            controlTokens.check(record, as: row)
            check(dialogue, of: record, as: row, &findings)
        }
    }

    /// Adds the findings that need all rows.
    func finish(_ findings: inout LintCollector) {
        controlTokens.finish(&findings)
        let blocks = Double(endlessCount) > Self.toleratedShare * Double(learnt)
        for (row, excerpt) in endless {
            findings.note(
                .endNotTrained,
                in: row,
                "in \(endlessCount) of \(learnt) rows no token at which the model stops is learnt",
                excerpt: excerpt,
                isBlocking: blocks
            )
        }
    }

    private func check(
        document record: Record,
        as row: LintFinding.Row,
        _ findings: inout LintCollector
    ) {
        do {
            let examples = try renderer.examples(of: record)
            checkOpening(examples.first?.ids ?? [], record, as: row, &findings)
        } catch {
            findings.note(
                .noTarget,
                in: row,
                "documents are too short to learn from",
                kind: "document",
                excerpt: record.excerpt
            )
        }
    }

    private mutating func check(
        _ dialogue: Conversation,
        of record: Record,
        as row: LintFinding.Row,
        _ findings: inout LintCollector
    ) {
        guard !lacksTemplate else { return }
        guard renderer.template != nil else {
            lacksTemplate = true
            findings.note(
                .template,
                in: nil,
                "the model has no chat template, so conversations cannot be rendered"
            )
            return
        }
        let rendered: RenderedDialogue
        do {
            rendered = try renderer.rendered(dialogue, source: record.source)
        } catch {
            findings.note(
                .template,
                in: row,
                "the template refuses rows: \(Self.reason(error, record.source))",
                kind: "refused",
                excerpt: record.excerpt
            )
            return
        }
        for missing in rendered.missing(of: dialogue) {
            findings.note(
                .template,
                in: row,
                "the template leaves out \(missing)",
                kind: missing,
                excerpt: record.excerpt
            )
        }
        guard rendered.isTarget.contains(true) else {
            findings.note(
                .noTarget,
                in: row,
                "the template writes nothing for the assistant, so nothing is learnt",
                excerpt: record.excerpt
            )
            return
        }
        checkOpening(rendered.ids, record, as: row, &findings)
        let example = Example(
            ids: rendered.ids,
            isTarget: rendered.isTarget,
            source: record.source
        )
        learnt += 1
        let ends = renderer.tokenizer.endTokens
        if !zip(example.ids, example.isTarget).contains(where: { $1 && ends.contains($0) }) {
            endlessCount += 1
            endless.append((row, record.excerpt))
        }
        checkLength(example, record, as: row, &findings)
    }

    private func checkOpening(
        _ ids: [Int32],
        _ record: Record,
        as row: LintFinding.Row,
        _ findings: inout LintCollector
    ) {
        guard let bos = renderer.tokenizer.bos, ids.starts(with: [bos, bos]) else { return }
        findings.note(
            .doubleBOS,
            in: row,
            "the token that begins a text occurs twice",
            excerpt: record.excerpt
        )
    }

    private func checkLength(
        _ example: Example,
        _ record: Record,
        as row: LintFinding.Row,
        _ findings: inout LintCollector
    ) {
        let length = renderer.sequenceLength
        guard example.ids.count > length else { return }
        let fitted = overLength.fit(
            example,
            to: length,
            opening: renderer.tokenizer.opening
        )
        let what =
            switch overLength {
            case .stop: "are longer than \(length) tokens, and none is cut"
            case .drop: "are longer than \(length) tokens and left out"
            case .truncateLeft: "are longer than \(length) tokens and lose their beginning"
            case .truncateRight: "are longer than \(length) tokens and lose their end"
            case .split: "are longer than \(length) tokens and become several"
            }
        findings.note(
            .overLength,
            in: row,
            "conversations \(what)",
            excerpt: record.excerpt,
            isBlocking: overLength == .stop
        )
        if fitted.losesEnd || fitted.losesBeginning {
            findings.note(
                .truncatedAnswer,
                in: row,
                "at \(length) tokens an answer loses its "
                    + (fitted.losesEnd ? "end, and the model learns not to stop" : "beginning"),
                excerpt: record.excerpt
            )
        }
    }

    /// The fault without the row's file and line, which are reported anyway.
    private static func reason(_ error: any Error, _ source: RecordSource) -> String {
        guard let error = error as? DatasetError else { return "\(error)" }
        let parts = ["\(source): ", "the chat template refuses the row: "]
        return parts.reduce(error.message) {
            $0.hasPrefix($1) ? String($0.dropFirst($1.count)) : $0
        }
    }
}
