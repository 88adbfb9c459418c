import Platform

/// The rules that a dataset is checked against, beyond the errors of reading it.
public enum LintRule: String, Sendable, Codable, CaseIterable {
    /// The model has no chat template, or it refuses rows, or leaves out messages of a role.
    case template
    /// No token of a row is learnt.
    case noTarget = "no-target"
    /// A row is longer than the sequence length.
    case overLength = "over-length"
    /// At this sequence length an answer is learnt in part.
    case truncatedAnswer = "truncated-answer"
    /// No token at which the model stops is learnt, so it would learn not to stop.
    case endNotTrained = "end-not-trained"
    /// The token that begins a text occurs there twice.
    case doubleBOS = "double-bos"
    /// A text spells out a control token that no template wrote.
    case controlToken = "control-token"
    /// A held-out row is also trained on, wholly or for the most part.
    case contamination
    /// A row occurs twice.
    case duplicate
    /// An answer of the assistant is empty.
    case emptyAnswer = "empty-answer"
    /// A message has a member that is not read.
    case unreadMember = "unread-member"
    /// Hangul is written as single jamo (NFD), which tokenizers split into many more tokens.
    case decomposedHangul = "decomposed-hangul"
    /// A replacement character (U+FFFD) marks text that an earlier conversion lost.
    case lostText = "lost-text"
    /// A text looks like a key, a password or a person's number.
    case secret
    /// A conversation is so long that it is likely a mistake.
    case longRow = "long-row"

    /// Whether training is refused unless the rule is allowed.
    public var blocks: Bool {
        switch self {
        case .template, .noTarget, .truncatedAnswer, .endNotTrained, .doubleBOS, .controlToken,
            .contamination:
            true
        case .overLength, .duplicate, .emptyAnswer, .unreadMember, .decomposedHangul, .lostText,
            .secret, .longRow:
            false
        }
    }

    /// The advice for the user.
    public var advice: String {
        switch self {
        case .template: "choose a model whose chat template writes these rows, or change the rows"
        case .noTarget: "give the row an answer of the assistant, or remove it"
        case .overLength: "raise the sequence length, or choose how long rows are handled"
        case .truncatedAnswer: "raise the sequence length, or leave such rows out"
        case .endNotTrained:
            "use the model's own chat template; its turns end in a token it stops at"
        case .doubleBOS: "remove the token from the template or the texts"
        case .controlToken:
            "remove the tokens: the template writes those of messages, and documents get their end "
                + "by themselves; where they are meant as text: --allow control-token"
        case .contamination: "remove these rows from training, or hold out others: data split"
        case .duplicate: "data convert --deduplicate"
        case .emptyAnswer: "write the answer, or remove the row"
        case .unreadMember: "remove the member, or rename it to what it means"
        case .decomposedHangul: "data convert --clean korean"
        case .lostText: "get the text again from its source, in UTF-8"
        case .secret: "remove it, and change the key or password"
        case .longRow: "check that the row is not several"
        }
    }

    /// The rules with these names; `all` is every rule.
    ///
    /// - Throws: `DatasetError.Code.invalidStep` for an unknown name.
    public static func named(_ names: [String]) throws -> Set<LintRule> {
        var rules: Set<LintRule> = []
        for name in names {
            if name == "all" { return Set(allCases) }
            guard let rule = LintRule(rawValue: name) else {
                throw DatasetError(
                    .invalidStep,
                    "the lint has no rule \(name)",
                    hint: "its rules are \(allCases.map(\.rawValue).joined(separator: ", "))"
                )
            }
            rules.insert(rule)
        }
        return rules
    }
}
