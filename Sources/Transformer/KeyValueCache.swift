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

    let width: Int  // K*D
    let type: ElementType
    private let memory: AlignedMemory  // (2, L, capacity, K*D)
    private let layerBytes: Int
    private let layerCount: Int

    /// Room for `capacity` tokens.
    public init(_ configuration: ModelConfiguration, capacity: Int, precision: Precision) {
        precondition(capacity >= 1, "a cache needs room for a token")
        self.capacity = capacity
        self.precision = precision
        type = Self.type(precision)
        width = configuration.keyValueHeadCount * configuration.headWidth
        layerCount = configuration.layerCount
        layerBytes = type.byteCount(elements: capacity * width)
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
        2 * layerCount * type.byteCount(elements: position * width)
    }

    /// Forgets all tokens from `count` on.
    public func truncate(to count: Int) {
        precondition(
            (0...self.count).contains(count),
            "a cache of \(self.count) tokens cannot keep \(count)"
        )
        self.count = count
    }

    /// The keys of a layer, (capacity, K*D) of `type`.
    func keys(_ layer: Int) -> UnsafeMutableRawPointer { memory.pointer + layer * layerBytes }

    /// The values of a layer, (capacity, K*D) of `type`.
    func values(_ layer: Int) -> UnsafeMutableRawPointer {
        memory.pointer + (layerCount + layer) * layerBytes
    }

    func floatKeys(_ layer: Int) -> Floats { floats(keys(layer)) }
    func floatValues(_ layer: Int) -> Floats { floats(values(layer)) }

    private func floats(_ numbers: UnsafeMutableRawPointer) -> Floats {
        precondition(type == .f32, "the cache belongs to another precision")
        return numbers.assumingMemoryBound(to: Float.self)
    }

    /// Writes `count` rows of a layer, from position `first` on.
    func store(_ layer: Int, key: Floats, value: Floats, first: Int, count: Int) {
        for (numbers, source) in [(keys(layer), key), (values(layer), value)] {
            if type == .f16 {
                let target = numbers.assumingMemoryBound(to: UInt16.self) + first * width
                wb_float_to_half(target, source, count * width)
            } else {
                (floats(numbers) + first * width).update(from: source, count: count * width)
            }
        }
    }
}
