internal import HeapModule

/// Learns a byte-level vocabulary from text: byte pair encoding.
///
/// The most frequent pair of adjacent tokens becomes a token, repeatedly; of equally frequent pairs
/// the one with smaller ids, as in Hugging Face's tokenizers. Source: Sennrich et al., arXiv
/// 1508.07909.
public struct BytePairLearner: Sendable {
    /// The parameters of the vocabulary.
    public struct Configuration: Sendable {
        /// The maximum number of tokens, including special ones and the 256 bytes.
        public var vocabularySize: Int
        /// Tokens that structure text and are never part of it; their ids are the first.
        public var specialTokens: [[UInt8]]
        /// How text is split into words, which tokens do not cross.
        public var preTokenizer: PreTokenizer
        /// The minimum frequency of a pair.
        public var minCount = 2

        /// Creates a configuration; the size must include the bytes and the special tokens.
        public init(
            vocabularySize: Int,
            specialTokens: [[UInt8]],
            preTokenizer: PreTokenizer = .smolLM
        ) {
            precondition(
                vocabularySize >= specialTokens.count + 256,
                "a vocabulary needs the 256 bytes and its special tokens"
            )
            self.vocabularySize = vocabularySize
            self.specialTokens = specialTokens
            self.preTokenizer = preTokenizer
        }
    }

    private let configuration: Configuration
    private var counts: [[UInt8]: Int] = [:]

    /// Creates a learner without text.
    public init(_ configuration: Configuration) { self.configuration = configuration }

    /// Counts the words of a text.
    public mutating func add(_ text: [UInt8]) {
        text.withUnsafeBufferPointer { bytes in
            configuration.preTokenizer.forEachWord(in: bytes) { range in
                counts[Array(bytes[range]), default: 0] += 1
            }
        }
    }

    /// The vocabulary of all texts so far.
    ///
    /// It is smaller than requested if the texts do not have as many frequent pairs.
    public func learn() -> TokenizerDefinition {
        let firstByte = Int32(configuration.specialTokens.count)
        var tokens = ByteAlphabet.order.map { [$0] }
        let places = Dictionary(
            uniqueKeysWithValues: ByteAlphabet.order.enumerated().map {
                ($1, firstByte + Int32($0))
            }
        )
        // In a defined order, since a dictionary has none.
        let words = counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        var pairs = PairCounts(
            words.map { word in (word.key.compactMap { places[$0] }, word.value) }
        )
        var merges: [TokenizerDefinition.Merge] = []
        func text(_ id: Int32) -> [UInt8] { tokens[Int(id - firstByte)] }
        while Int(firstByte) + tokens.count < configuration.vocabularySize,
            let pair = pairs.mostFrequent(atLeast: configuration.minCount)
        {
            let (left, right) = (text(pair.left), text(pair.right))
            let id = firstByte + Int32(tokens.count)
            tokens.append(left + right)
            merges.append(.init(ByteAlphabet.encode(left), ByteAlphabet.encode(right)))
            pairs.join(pair, into: id)
        }
        let stored = configuration.specialTokens + tokens.map(ByteAlphabet.encode)
        let types = (0..<stored.count).map { $0 < Int(firstByte) ? TokenType.control : .normal }
        var definition = TokenizerDefinition(
            vocabulary: Vocabulary(tokens: stored, types: types),
            alphabet: .bytes,
            merging: .ranked(merges)
        )
        definition.preTokenizer = configuration.preTokenizer
        return definition
    }
}

/// Two adjacent tokens.
private struct Pair: Hashable {
    let left: Int32
    let right: Int32
}

/// The frequency of each pair in a collection of words, updated as pairs are joined.
private struct PairCounts {
    /// A pair with its frequency at some time; it may be rarer now.
    private struct Candidate: Comparable {
        let count: Int
        let pair: Pair

        static func < (a: Candidate, b: Candidate) -> Bool {
            (a.count, b.pair.left, b.pair.right) < (b.count, a.pair.left, a.pair.right)
        }
    }

    private var words: [(tokens: [Int32], count: Int)]
    private var counts: [Pair: Int] = [:]
    private var places: [Pair: Set<Int>] = [:]  // the words that have or had it
    private var candidates = Heap<Candidate>()

    init(_ words: [(tokens: [Int32], count: Int)]) {
        self.words = words
        for (place, word) in words.enumerated() {
            for pair in Self.pairs(word.tokens) {
                counts[pair, default: 0] += word.count
                places[pair, default: []].insert(place)
            }
        }
        candidates = Heap(counts.map { Candidate(count: $1, pair: $0) })
    }

    /// The most frequent pair, or nil if none reaches the minimum.
    mutating func mostFrequent(atLeast minimum: Int) -> Pair? {
        while let candidate = candidates.popMax() {
            let count = counts[candidate.pair] ?? 0
            if count == candidate.count { return count >= max(1, minimum) ? candidate.pair : nil }
            // It became rarer since it was added.
            if count > 0 { candidates.insert(Candidate(count: count, pair: candidate.pair)) }
        }
        return nil
    }

    /// Replaces a pair by one token, in every word.
    mutating func join(_ pair: Pair, into id: Int32) {
        var grown: Set<Pair> = []
        for place in places.removeValue(forKey: pair) ?? [] {
            let (tokens, count) = words[place]
            var joined: [Int32] = []
            joined.reserveCapacity(tokens.count)
            var i = 0
            while i < tokens.count {
                if i + 1 < tokens.count, tokens[i] == pair.left, tokens[i + 1] == pair.right {
                    joined.append(id)
                    i += 2
                } else {
                    joined.append(tokens[i])
                    i += 1
                }
            }
            for old in Self.pairs(tokens) { counts[old, default: 0] -= count }
            for new in Self.pairs(joined) {
                counts[new, default: 0] += count
                places[new, default: []].insert(place)
                if new.left == id || new.right == id { grown.insert(new) }
            }
            words[place].tokens = joined
        }
        counts[pair] = nil
        for new in grown {
            candidates.insert(Candidate(count: counts[new] ?? 0, pair: new))
        }
    }

    private static func pairs(_ tokens: [Int32]) -> [Pair] {
        zip(tokens, tokens.dropFirst()).map(Pair.init)
    }
}
