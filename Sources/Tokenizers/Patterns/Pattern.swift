import Platform

/// A regular expression as tokenizers are published with, ready to be matched.
///
/// What a pattern cannot say here is refused when it is made: back references, lookbehind,
/// lookahead of more than one character, lazy repetition, scripts.
struct Pattern: Sendable, Hashable {
    /// One step of a match.
    struct Step: Sendable {
        enum Kind: UInt8 {
            /// Takes one character of the class.
            case one
            /// Takes as many characters of the class as there are, and gives back where needed.
            case run
            /// Takes as many characters of the class as there are, for good.
            case possessiveRun
            /// Continues with the next step, or else at `target`.
            case choice
            case jump
            case followedBy
            case notFollowedBy
            case lineEnd
            case match
        }

        var kind: Kind
        /// The class, or the bytes a choice's first way may start with.
        var set = 0
        var target = 0
        var least = 0
        var most = Int.max
        /// Whether a choice's first way can match nothing.
        var mayBeEmpty = false
    }

    /// The regular expression.
    let source: String
    let steps: [Step]
    let classes: [CharacterClass]
    let byteSets: [ByteSet]
    /// The bytes a match may start with.
    let firstBytes: ByteSet
    /// Whether every match starts with a run that must take one and has no limit: where that
    /// fails, it fails at the run's other characters as well.
    let startsWithRun: Bool

    private static let maxSteps = 4_000

    /// - Throws: `TokenizerError` with the code `unsupportedPreTokenizer`.
    init(_ source: String) throws(TokenizerError) {
        let node = try PatternParser.parse(source)
        var compiler = Compiler()
        try compiler.add(node)
        compiler.steps.append(Step(kind: .match))
        self.source = source
        steps = compiler.steps
        classes = compiler.classes
        byteSets = compiler.byteSets
        firstBytes = node.mayBeEmpty ? .all : node.firstBytes
        startsWithRun =
            steps[0].kind == .run && steps[0].least == 1 && steps[0].most == .max
    }

    /// A pattern that matches exactly this text.
    init(literal text: String) throws(TokenizerError) {
        let escaped = text.unicodeScalars.map { "\\x{\(String($0.value, radix: 16))}" }.joined()
        try self.init(escaped)
    }

    static func == (left: Pattern, right: Pattern) -> Bool { left.source == right.source }

    func hash(into hasher: inout Hasher) { hasher.combine(source) }

    /// Turns nodes into steps.
    private struct Compiler {
        var steps: [Step] = []
        var classes: [CharacterClass] = []
        var byteSets: [ByteSet] = []

        mutating func add(_ node: PatternNode) throws(TokenizerError) {
            guard steps.count < Pattern.maxSteps else {
                throw TokenizerError(
                    .unsupportedPreTokenizer,
                    "A pattern has more than \(Pattern.maxSteps) steps.",
                    hint: "Use a model whose tokenizer has a simpler pattern."
                )
            }
            switch node {
            case .one(let characters):
                steps.append(Step(kind: .one, set: number(characters)))
            case .sequence(let nodes):
                for node in nodes { try add(node) }
            case .alternatives(let nodes):
                try addAlternatives(nodes)
            case .repetition(.one(let characters), let least, let most, let isPossessive):
                steps.append(
                    Step(
                        kind: isPossessive ? .possessiveRun : .run,
                        set: number(characters),
                        least: least,
                        most: most ?? .max
                    )
                )
            case .repetition(let node, let least, let most, _):
                try addRepetition(node, least, most)
            case .lookahead(let characters, let isNegated):
                let kind: Step.Kind = isNegated ? .notFollowedBy : .followedBy
                steps.append(Step(kind: kind, set: number(characters)))
            case .lineEnd:
                steps.append(Step(kind: .lineEnd))
            }
        }

        private mutating func addAlternatives(_ nodes: [PatternNode]) throws(TokenizerError) {
            var jumps: [Int] = []
            for node in nodes.dropLast() {
                let choice = addChoice(before: node)
                try add(node)
                jumps.append(steps.count)
                steps.append(Step(kind: .jump))
                steps[choice].target = steps.count
            }
            if let last = nodes.last { try add(last) }
            for jump in jumps { steps[jump].target = steps.count }
        }

        private mutating func addRepetition(
            _ node: PatternNode,
            _ least: Int,
            _ most: Int?
        ) throws(TokenizerError) {
            for _ in 0..<least { try add(node) }
            guard let most else {
                let choice = addChoice(before: node)
                try add(node)
                steps.append(Step(kind: .jump, target: choice))
                steps[choice].target = steps.count
                return
            }
            var choices: [Int] = []
            for _ in least..<most {
                choices.append(addChoice(before: node))
                try add(node)
            }
            for choice in choices { steps[choice].target = steps.count }
        }

        private mutating func addChoice(before node: PatternNode) -> Int {
            byteSets.append(node.firstBytes)
            steps.append(
                Step(kind: .choice, set: byteSets.count - 1, mayBeEmpty: node.mayBeEmpty)
            )
            return steps.count - 1
        }

        private mutating func number(_ characters: CharacterClass) -> Int {
            if let number = classes.firstIndex(of: characters) { return number }
            classes.append(characters)
            return classes.count - 1
        }
    }
}
