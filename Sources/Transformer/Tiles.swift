/// A range split into tiles of about equal size, at most `limit` each.
///
/// Borders are multiples of 32 where tiles are that large, so that they do
/// not split a quantized block.
struct Tiles {
    let count: Int
    private let total: Int
    private let size: Int

    init(_ total: Int, by limit: Int) {
        self.total = total
        let pieces = max(1, (total + limit - 1) / limit)
        let even = (total + pieces - 1) / pieces
        size = limit >= 32 ? (even + 31) / 32 * 32 : even
        count = max(1, (total + size - 1) / max(1, size))
    }

    subscript(index: Int) -> Range<Int> { index * size..<min((index + 1) * size, total) }
}

/// The term, and the tile within it, of a tile number counted over all terms.
func locate(_ tile: Int, in tiles: [Tiles]) -> (term: Int, place: Int) {
    var place = tile
    for (term, tiles) in tiles.enumerated() {
        if place < tiles.count { return (term, place) }
        place -= tiles.count
    }
    preconditionFailure("tile \(tile) is in no term")
}
