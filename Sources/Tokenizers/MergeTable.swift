/// The pairs of adjacent tokens that merge, with result and rank.
struct MergeTable: Sendable {
    /// `left << 32 | right`, or `UInt64.max` if the slot is free.
    private var pairs: [UInt64]
    /// `rank << 32 | merged id`; the smallest merges first.
    private var merges: [UInt64]
    private let shift: UInt64

    init(capacity: Int) {
        var bits: UInt64 = 4
        while 1 << bits < capacity * 2 { bits += 1 }
        pairs = [UInt64](repeating: .max, count: 1 << bits)
        merges = [UInt64](repeating: 0, count: 1 << bits)
        shift = 64 - bits
    }

    /// Adds a pair; an existing one keeps its earlier rank.
    mutating func insert(left: Int32, right: Int32, rank: Int, merged: Int32) {
        let pair = Self.pair(left, right)
        let slot = self.slot(of: pair)
        guard pairs[slot] == .max else { return }
        pairs[slot] = pair
        merges[slot] = UInt64(rank) << 32 | UInt64(UInt32(bitPattern: merged))
    }

    /// The rank and result of a pair, or nil if it does not merge.
    @inline(__always)
    func merge(_ left: Int32, _ right: Int32) -> (rank: UInt32, merged: Int32)? {
        let pair = Self.pair(left, right)
        let slot = self.slot(of: pair)
        guard pairs[slot] == pair else { return nil }
        let merge = merges[slot]
        return (UInt32(merge >> 32), Int32(truncatingIfNeeded: merge))
    }

    @inline(__always)
    private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    @inline(__always)
    private func slot(of pair: UInt64) -> Int {
        var slot = Int((pair &* 0x9E37_79B9_7F4A_7C15) >> shift)
        while pairs[slot] != pair, pairs[slot] != .max {
            slot = (slot + 1) & (pairs.count - 1)
        }
        return slot
    }
}
