import Platform

/// A compiled regular expression of a tokenizer.
///
/// Unsupported features are refused at compilation: back references, lookbehind, lookahead of more
/// than one character, lazy repetition, scripts.
struct Pattern: Sendable, Hashable {
    /// One step of a match.
    struct Step: Sendable {
        enum Kind: UInt8 {
            /// Matches one character of the class.
            case one
            /// Matches as many characters of the class as possible, with backtracking.
            case run
            /// Matches as many characters of the class as possible, without backtracking.
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
        /// The class, or the possible first bytes of a choice's first branch.
        var set = 0
        var target = 0
        var minimum = 0
        var maximum = Int.max
        /// Whether a choice's first branch can be empty.
        var mayBeEmpty = false
    }

    /// The regular expression.
    let source: String
    let steps: [Step]
    let classes: [CharacterClass]
    let byteSets: [ByteSet]
    /// The possible first bytes of a match.
    let firstBytes: ByteSet
    /// Whether every match starts with an unlimited run of at least one character: if that fails,
    /// it fails at the run's other characters as well.
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
            steps[0].kind == .run && steps[0].minimum == 1 && steps[0].maximum == .max
    }

    /// A pattern that matches exactly this text.
    init(literal text: String) throws(TokenizerError) {
        let escaped = text.unicodeScalars.map { "\\x{\(String($0.value, radix: 16))}" }.joined()
        try self.init(escaped)
    }

    static func == (left: Pattern, right: Pattern) -> Bool { left.source == right.source }

    func hash(into hasher: inout Hasher) { hasher.combine(source) }

    /// Compiles nodes to steps.
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
            case .repetition(.one(let characters), let minimum, let maximum, let isPossessive):
                steps.append(
                    Step(
                        kind: isPossessive ? .possessiveRun : .run,
                        set: number(characters),
                        minimum: minimum,
                        maximum: maximum ?? .max
                    )
                )
            case .repetition(let node, let minimum, let maximum, _):
                try addRepetition(node, minimum, maximum)
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
            _ minimum: Int,
            _ maximum: Int?
        ) throws(TokenizerError) {
            for _ in 0..<minimum { try add(node) }
            guard let maximum else {
                let choice = addChoice(before: node)
                try add(node)
                steps.append(Step(kind: .jump, target: choice))
                steps[choice].target = steps.count
                return
            }
            var choices: [Int] = []
            for _ in minimum..<maximum {
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
