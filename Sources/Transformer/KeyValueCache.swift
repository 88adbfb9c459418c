internal import CKernels
public import ModelFiles
internal import Tensors

/// The keys and values of a conversation so far, so that each token is computed once.
///
/// It belongs to one model, one adapter and one precision: another adapter has
/// other keys. In `fast` precision they are float16, else float32.
public final class KeyValueCache: @unchecked Sendable {
    // @unchecked because of `count`: one thread at a time uses a cache.

    /// How many tokens fit.
    public let capacity: Int
    /// How many are in it.
    public internal(set) var count = 0
    /// The precision of the passes that use it.
    public let precision: Precision

    let type: ElementType
    /// The bytes of one head's keys, or values.
    let headByteCount: Int
    private let headCount: Int
    private let headWidth: Int
    private let window: Int
    private let memory: AlignedMemory  // (2, L, K, capacity, D)
    private let layerBytes: Int
    private let layerCount: Int

    /// Room for `capacity` tokens.
    public init(_ configuration: ModelConfiguration, capacity: Int, precision: Precision) {
        precondition(capacity >= 1, "a cache needs room for a token")
        self.capacity = capacity
        self.precision = precision
        type = Self.type(precision)
        headCount = configuration.keyValueHeadCount
        headWidth = configuration.headWidth
        window = configuration.slidingWindow ?? .max
        layerCount = configuration.layerCount
        headByteCount = type.byteCount(elements: capacity * headWidth)
        layerBytes = headCount * headByteCount
        memory = AlignedMemory(
            byteCount: Self.byteCount(configuration, capacity: capacity, precision: precision)
        )
    }

    /// The bytes of a cache.
    public static func byteCount(
        _ configuration: ModelConfiguration,
        capacity: Int,
        precision: Precision
    ) -> Int {
        let width = configuration.keyValueHeadCount * configuration.headWidth
        return type(precision).byteCount(elements: 2 * configuration.layerCount * capacity * width)
    }

    private static func type(_ precision: Precision) -> ElementType {
        precision == .fast ? .f16 : .f32
    }

    /// The bytes that a token at `position` reads.
    public func readByteCount(at position: Int) -> Int {
        2 * layerCount * headCount * type.byteCount(elements: min(position, window) * headWidth)
    }

    /// Forgets all tokens from `count` on.
    public func truncate(to count: Int) {
        precondition(
            (0...self.count).contains(count),
            "a cache of \(self.count) tokens cannot keep \(count)"
        )
        self.count = count
    }

    /// The keys of a layer, (K, capacity, D) of `type`.
    func keys(_ layer: Int) -> UnsafeMutableRawPointer { memory.pointer + layer * layerBytes }

    /// The values of a layer, (K, capacity, D) of `type`.
    func values(_ layer: Int) -> UnsafeMutableRawPointer {
        memory.pointer + (layerCount + layer) * layerBytes
    }

    /// Writes `count` rows of a layer, each (K*D), from position `first` on.
    func store(_ layer: Int, key: Floats, value: Floats, first: Int, count: Int) {
        let D = headWidth
        for (numbers, source) in [(keys(layer), key), (values(layer), value)] {
            for row in 0..<count * headCount {
                let (t, head) = (row / headCount, row % headCount)
                let target = numbers + head * headByteCount
                let place = (first + t) * D
                if type == .f16 {
                    let halves = target.assumingMemoryBound(to: UInt16.self)
                    wb_float_to_half(halves + place, source + row * D, D)
                } else {
                    let floats = target.assumingMemoryBound(to: Float.self)
                    (floats + place).update(from: source + row * D, count: D)
                }
            }
        }
    }
}
