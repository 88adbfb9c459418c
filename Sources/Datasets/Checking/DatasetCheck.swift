import Crypto
import Tokenizers

/// Looks a dataset over for what reading alone does not refuse.
public struct DatasetCheck {
    private let renderer: ExampleRenderer?

    /// Makes a check; with a renderer, lengths and targets are looked at too.
    public init(renderer: ExampleRenderer? = nil) {
        self.renderer = renderer
    }

    /// The findings, in the order of the rows, training first.
    ///
    /// - Throws: `DatasetError` when the renderer has no template for conversations;
    ///   `CancellationError` when cancelled.
    public func findings(
        in dataset: Dataset,
        isCancelled: () -> Bool = { false }
    ) throws -> [DatasetFinding] {
        var findings: [DatasetFinding] = []
        var asked: [SHA256.Digest: RecordSource] = [:]
        for (records, isHeldOut) in [(dataset.training, false), (dataset.heldOut, true)] {
            var seen: [SHA256.Digest: RecordSource] = [:]
            for record in records {
                if isCancelled() { throw CancellationError() }
                func note(_ kind: DatasetFinding.Kind, _ other: RecordSource? = nil) {
                    findings.append(DatasetFinding(kind: kind, source: record.source, other: other))
                }
                let key = ContentDigest.key(of: record)
                if let first = seen[key] { note(.duplicate, first) }
                seen[key] = seen[key] ?? record.source
                let question = ContentDigest.questionKey(of: record)
                if isHeldOut {
                    if let first = asked[question] { note(.heldOutInTraining, first) }
                } else {
                    asked[question] = asked[question] ?? record.source
                }
                for kind in Self.textFindings(record) { note(kind) }
                if let kind = try renderingFinding(record) { note(kind) }
            }
        }
        return findings
    }

    private static func textFindings(_ record: Record) -> [DatasetFinding.Kind] {
        let texts: [String]
        var kinds: [DatasetFinding.Kind] = []
        switch record.content {
        case .text(let text): texts = [text]
        case .conversation(let dialogue):
            let messages = dialogue.messages
            texts = messages.map(\.content)
            let answers = messages.filter(\.isByAssistant)
            if answers.contains(where: { $0.content.unicodeScalars.allSatisfy(\.isSpace) }) {
                kinds.append(.emptyAnswer)
            }
        }
        if texts.contains(where: { $0.unicodeScalars.contains(where: \.isConjoiningJamo) }) {
            kinds.append(.decomposedHangul)
        }
        if texts.contains(where: { $0.unicodeScalars.contains("\u{FFFD}") }) {
            kinds.append(.lostText)
        }
        return kinds
    }

    private func renderingFinding(_ record: Record) throws -> DatasetFinding.Kind? {
        guard let renderer else { return nil }
        do {
            _ = try renderer.examples(of: record)
            return nil
        } catch let error as DatasetError where error.code == .tooLong {
            return .overLength
        } catch let error as DatasetError where error.code == .noTarget {
            return .noTarget
        }
    }
}

extension Unicode.Scalar {
    fileprivate var isSpace: Bool { properties.isWhitespace }

    /// Leading, vowel or trailing jamo, which NFC joins to syllables.
    fileprivate var isConjoiningJamo: Bool { (0x1100...0x11FF).contains(value) }
}
