internal import Tensors

/// The threads that one pass computes with, and its priority on them.
struct Workers: Sendable {
    let pool: WorkerPool
    let priority: WorkerPool.Priority

    /// A job is split into parts of this many tiles, so that an answer does not wait for
    /// a whole large product.
    private static let tilesInPart = 256

    var count: Int { pool.threadCount }

    /// Calls `body` once for each tile, from several threads.
    func run(tiles: Int, _ body: (_ tile: Int, _ worker: Int) -> Void) {
        for start in stride(from: 0, to: tiles, by: Self.tilesInPart) {
            let count = min(Self.tilesInPart, tiles - start)
            pool.run(tiles: count, priority: priority) { body(start + $0, $1) }
        }
    }

    /// The same for tiles that are read in order and take microseconds, as one job.
    func runInRanges(tiles: Int, _ body: (_ tile: Int, _ worker: Int) -> Void) {
        pool.run(tiles: tiles, priority: priority, sharing: .inRanges, body)
    }

    /// Splits T rows of element-wise work among the threads, unless they are so few that a hand-over
    /// takes longer.
    func forEachRowTile(_ T: Int, _ body: (Range<Int>) -> Void) {
        let tiles = Tiles(T, by: 16)
        if tiles.count == 1 { return body(0..<T) }
        run(tiles: tiles.count) { tile, _ in body(tiles[tile]) }
    }
}
