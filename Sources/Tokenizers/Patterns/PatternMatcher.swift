/// Finds a pattern in one text by backtracking.
///
/// The work is limited in proportion to the length of the text. No published pattern comes near the
/// limit; one that exhausts it finds no more matches.
struct PatternMatcher {
    /// Where to continue if the current path fails.
    private struct Way {
        var step: Int
        var position: Int
        /// The minimum position of a run's backtracking; -1 if this is no run.
        var lowest: Int
    }

    private let pattern: Pattern
    private let text: UnsafeBufferPointer<UInt8>
    private var ways: [Way] = []
    private var workLeft: Int
    private let maxWays: Int

    init(_ pattern: Pattern, in text: UnsafeBufferPointer<UInt8>) {
        self.pattern = pattern
        self.text = text
        workLeft = 100 * text.count + 10_000
        maxWays = 4 * text.count + 1_000
    }

    /// The leftmost non-empty match at or after `start`.
    mutating func firstMatch(from start: Int) -> Range<Int>? {
        var position = start
        while position < text.count {
            guard pattern.firstBytes.contains(text[position]) else {
                position += 1
                continue
            }
            if let end = matchEnd(from: position), end > position { return position..<end }
            if workLeft < 0 { return nil }
            if pattern.startsWithRun {
                let characters = pattern.classes[pattern.steps[0].set]
                while let end = characters.end(in: text, at: position, before: text.count) {
                    position = end
                }
            }
            if position < text.count {
                position += text.scalarLength(at: position, before: text.count)
            }
        }
        return nil
    }

    /// The end of the pattern's match that starts at `start`.
    private mutating func matchEnd(from start: Int) -> Int? {
        ways.removeAll(keepingCapacity: true)
        let limit = text.count
        return pattern.steps.withUnsafeBufferPointer { steps in
            var position = start
            var index = 0
            while true {
                let step = steps[index]
                workLeft -= 1
                var isAlive = true
                switch step.kind {
                case .match:
                    return position
                case .one:
                    if let end = pattern.classes[step.set].end(
                        in: text,
                        at: position,
                        before: limit
                    ) {
                        position = end
                        index += 1
                    } else {
                        isAlive = false
                    }
                case .run, .possessiveRun:
                    if let end = run(step, index, from: position) {
                        position = end
                        index += 1
                    } else {
                        isAlive = false
                    }
                case .choice:
                    let isPossible =
                        position < limit && pattern.byteSets[step.set].contains(text[position])
                    if isPossible || step.mayBeEmpty {
                        ways.append(Way(step: step.target, position: position, lowest: -1))
                        index += 1
                    } else {
                        index = step.target
                    }
                case .jump:
                    index = step.target
                case .followedBy, .notFollowedBy:
                    let end = pattern.classes[step.set].end(in: text, at: position, before: limit)
                    isAlive = (end != nil) == (step.kind == .followedBy)
                    index += 1
                case .lineEnd:
                    isAlive = position == limit || text[position] == 0x0A
                    index += 1
                }
                if !isAlive {
                    guard workLeft > 0, ways.count < maxWays, let way = nextWay() else {
                        if ways.count >= maxWays { workLeft = -1 }
                        return nil
                    }
                    (index, position) = way
                }
            }
        }
    }

    /// Matches a run's characters; nil if there are too few.
    @inline(__always)
    private mutating func run(_ step: Pattern.Step, _ index: Int, from start: Int) -> Int? {
        let characters = pattern.classes[step.set]
        var position = start
        var lowest = start
        var count = 0
        while count < step.maximum,
            let end = characters.end(in: text, at: position, before: text.count)
        {
            position = end
            count += 1
            if count == step.minimum { lowest = end }
        }
        workLeft -= count
        guard count >= step.minimum else { return nil }
        if step.kind == .run, position > lowest {
            ways.append(Way(step: index + 1, position: position, lowest: lowest))
        }
        return position
    }

    private mutating func nextWay() -> (step: Int, position: Int)? {
        guard let way = ways.last else { return nil }
        if way.lowest < 0 {
            ways.removeLast()
            return (way.step, way.position)
        }
        let position = text.scalarStart(before: way.position, after: way.lowest)
        if position > way.lowest {
            ways[ways.count - 1].position = position
        } else {
            ways.removeLast()
        }
        return (way.step, position)
    }
}
