internal import Synchronization

/// The tiles of a job that nobody has taken, a range for each worker.
final class TileRanges: @unchecked Sendable {
    // @unchecked because of `words`, whose contents are atomic.

    /// The bytes between two words, so that workers do not share a cache line, or a pair of them.
    private static let spacing = 128

    private let workers: Int
    // The first tile of the range is in the lower half, its end in the upper.
    private let words: UnsafeMutableRawPointer

    init(workers: Int) {
        self.workers = workers
        words = .allocate(byteCount: workers * Self.spacing, alignment: Self.spacing)
        for worker in 0..<workers { word(worker).initialize(to: Atomic(0)) }
    }

    deinit {
        for worker in 0..<workers { word(worker).deinitialize(count: 1) }
        words.deallocate()
    }

    private func word(_ worker: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        (words + worker * Self.spacing).assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    /// Gives each worker its range of 0..<tiles; nobody is taking any.
    func fill(_ tiles: Int) {
        for worker in 0..<workers {
            let (first, end) = (worker * tiles / workers, (worker + 1) * tiles / workers)
            word(worker).pointee.store(UInt64(first) | UInt64(end) << 32, ordering: .relaxed)
        }
    }

    /// The worker's next tile.
    ///
    /// If it has none left, it takes over the second half of what another one has left, so that it
    /// goes on reading in order.
    func take(_ worker: Int) -> Int? {
        if let tiles = cut(worker, { first, _ in first + 1 }, keeps: .end) {
            return tiles.lowerBound
        }
        for distance in 1..<max(1, workers) {
            let other = (worker + distance) % workers
            let middle = { (first: UInt64, end: UInt64) in first + (end - first) / 2 }
            guard let tiles = cut(other, middle, keeps: .beginning) else { continue }
            let rest = UInt64(tiles.lowerBound + 1) | UInt64(tiles.upperBound) << 32
            word(worker).pointee.store(rest, ordering: .relaxed)
            return tiles.lowerBound
        }
        return nil
    }

    private enum Part { case beginning, end }

    /// Cuts a worker's range in two, of which it keeps one; returns the other, unless the range is
    /// empty.
    private func cut(
        _ worker: Int,
        _ place: (_ first: UInt64, _ end: UInt64) -> UInt64,
        keeps kept: Part
    ) -> Range<Int>? {
        var current = word(worker).pointee.load(ordering: .relaxed)
        while true {
            let (first, end) = (current & 0xffff_ffff, current >> 32)
            guard first < end else { return nil }
            let cut = place(first, end)
            let (exchanged, original) = word(worker).pointee.weakCompareExchange(
                expected: current,
                desired: kept == .end ? cut | end << 32 : first | cut << 32,
                ordering: .relaxed
            )
            if exchanged { return kept == .end ? Int(first)..<Int(cut) : Int(cut)..<Int(end) }
            current = original
        }
    }
}
