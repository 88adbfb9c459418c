/// A curve of any length whose extremes over any range are found in logarithmic time.
///
/// Each level keeps the minimum, the maximum and the number of non-finite values of blocks of the
/// level below, so the span of a range takes logarithmic time and includes every spike. Memory: 16
/// bytes per sample, and under 4 for the levels.
public struct SampleSeries: Equatable, Sendable {
    /// The extremes of a range of samples.
    public struct Span: Hashable, Sendable {
        /// The smallest finite value; infinity if there is none.
        public var minimum = Double.infinity
        /// The largest finite value; -infinity if there is none.
        public var maximum = -Double.infinity
        /// The number of values that are NaN or infinite.
        public var nonFiniteCount = 0

        /// Whether there is a finite value.
        public var isDrawable: Bool { minimum <= maximum }

        mutating func merge(_ other: Span) {
            minimum = min(minimum, other.minimum)
            maximum = max(maximum, other.maximum)
            nonFiniteCount += other.nonFiniteCount
        }

        mutating func merge(_ value: Double) {
            if value.isFinite {
                minimum = min(minimum, value)
                maximum = max(maximum, value)
            } else {
                nonFiniteCount += 1
            }
        }
    }

    private static let fanOutBits = 3
    private static let fanOut = 1 << fanOutBits

    /// Positions, never decreasing.
    public private(set) var xs: [Double] = []
    /// Values; NaN and infinities are gaps.
    public private(set) var ys: [Double] = []
    /// At `k`: complete and partial blocks of fanOut^(k+1) samples.
    private var levels: [[Span]] = []

    /// A curve without samples.
    public init() {}

    /// A curve from samples in order of `x`; both arrays have one length.
    public init(xs: [Double], ys: [Double]) {
        precondition(xs.count == ys.count, "\(xs.count) positions for \(ys.count) values")
        self.xs.reserveCapacity(xs.count)
        self.ys.reserveCapacity(xs.count)
        for (x, y) in zip(xs, ys) { append(x: x, y: y) }
    }

    /// A curve over 0, 1, 2 and so on.
    public init(_ values: [Double]) {
        self.init(xs: values.indices.map(Double.init), ys: values)
    }

    /// The number of samples.
    public var count: Int { ys.count }
    /// Whether there is no sample.
    public var isEmpty: Bool { ys.isEmpty }
    /// The newest value.
    public var last: Double? { ys.last }

    /// Adds a sample; if `x` is smaller than the newest position or not finite, the sample is placed at
    /// the newest position.
    public mutating func append(x: Double, y: Double) {
        let newest = xs.last ?? (x.isFinite ? x : 0)
        xs.append(x.isFinite ? max(x, newest) : newest)
        ys.append(y)
        var block = count - 1
        for level in levels.indices {
            block /= Self.fanOut
            if block == levels[level].count { levels[level].append(Span()) }
            levels[level][block].merge(y)
        }
        if (levels.last?.count ?? count) > Self.fanOut { addLevel() }
    }

    /// The span of samples by index.
    public func span(_ range: Range<Int>) -> Span {
        var span = Span()
        var low = max(0, range.lowerBound)
        let high = min(count, range.upperBound)
        while low < high {
            // The largest block that starts here and ends within; by shifts, because this is hot.
            let aligned = low == 0 ? levels.count : low.trailingZeroBitCount / Self.fanOutBits
            let fitting =
                (Int.bitWidth - 1 - (high - low).leadingZeroBitCount) / Self.fanOutBits
            let level = min(aligned, fitting, levels.count)
            let bits = level * Self.fanOutBits
            if level == 0 {
                span.merge(ys[low])
            } else {
                span.merge(levels[level - 1][low >> bits])
            }
            low += 1 << bits
        }
        return span
    }

    /// The index of the first sample at or after a position.
    public func index(atOrAfter x: Double) -> Int { index(atOrAfter: x, in: 0..<count) }

    /// The same for a position not before sample `start`, in constant time for evenly spaced samples.
    func index(atOrAfter x: Double, from start: Int, guess: Int) -> Int {
        var low = start
        var high = count
        var step = 1
        // Samples before `low` are known to be smaller, the one at `high` not to be.
        if guess > start, guess < count {
            if xs[guess] < x {
                low = guess + 1
                while low + step < count, xs[low + step - 1] < x {
                    low += step
                    step *= 2
                }
                high = min(count, low + step)
            } else {
                high = guess
                while high - step > start, xs[high - step] >= x {
                    high -= step
                    step *= 2
                }
                low = max(start, high - step)
            }
        }
        return index(atOrAfter: x, in: low..<high)
    }

    private func index(atOrAfter x: Double, in range: Range<Int>) -> Int {
        var low = range.lowerBound
        var high = range.upperBound
        while low < high {
            let middle = (low + high) / 2
            if xs[middle] < x { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func addLevel() {
        let below =
            levels.last
            ?? ys.map { value in
                var span = Span()
                span.merge(value)
                return span
            }
        levels.append(
            stride(from: 0, to: below.count, by: Self.fanOut).map { start in
                var span = Span()
                for block in below[start..<min(start + Self.fanOut, below.count)] {
                    span.merge(block)
                }
                return span
            }
        )
    }
}
