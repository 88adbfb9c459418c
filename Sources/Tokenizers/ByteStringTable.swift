/// Byte strings numbered from zero in one block of memory, with lookup by content.
struct ByteStringTable: Sendable {
    private let storage: [UInt8]
    /// One more than the number of strings: string `i` is at `offsets[i]..<offsets[i + 1]`.
    private let offsets: [Int]
    /// Open addressing: a string's number, or -1.
    private var slots: [Int32]

    var count: Int { offsets.count - 1 }

    /// Of equal strings the first in `order` is found; strings not in `order` are never found.
    init(_ strings: [[UInt8]], order: [Int32]) {
        var storage: [UInt8] = []
        var offsets = [0]
        offsets.reserveCapacity(strings.count + 1)
        storage.reserveCapacity(strings.count * 8)
        for string in strings {
            storage += string
            offsets.append(storage.count)
        }
        self.storage = storage
        self.offsets = offsets
        var slotCount = 16
        while slotCount < order.count * 2 { slotCount *= 2 }
        slots = [Int32](repeating: -1, count: slotCount)
        for number in order {
            strings[Int(number)].withUnsafeBufferPointer { string in
                let slot = self.slot(of: string)
                if slots[slot] < 0 { slots[slot] = number }
            }
        }
    }

    func range(of number: Int) -> Range<Int> { offsets[number]..<offsets[number + 1] }

    func length(of number: Int) -> Int { offsets[number + 1] - offsets[number] }

    subscript(number: Int) -> ArraySlice<UInt8> { storage[range(of: number)] }

    func number(of string: [UInt8]) -> Int32? {
        string.withUnsafeBufferPointer { number(of: $0) }
    }

    func number(of string: UnsafeBufferPointer<UInt8>) -> Int32? {
        let number = slots[slot(of: string)]
        return number < 0 ? nil : number
    }

    /// The slot of the string, or the free one for it.
    private func slot(of string: UnsafeBufferPointer<UInt8>) -> Int {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: string.fingerprint) & mask
        while slots[slot] >= 0, !self[Int(slots[slot])].elementsEqual(string) {
            slot = (slot + 1) & mask
        }
        return slot
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// FNV-1a with a final mixing step, so that the low bits depend on the whole string.
    package var fingerprint: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in self {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
        return hash ^ hash >> 29
    }
}
