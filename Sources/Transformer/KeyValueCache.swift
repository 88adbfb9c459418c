public import ModelFiles
internal import Tensors

/// The keys and values of a conversation so far, so that each token is computed once.
///
/// It belongs to one model and one adapter: another adapter has other keys.
public final class KeyValueCache: @unchecked Sendable {
    // @unchecked because of `count`: one thread at a time uses a cache.

    /// How many tokens fit.
    public let capacity: Int
    /// How many are in it.
    public internal(set) var count = 0

    let width: Int  // K*D
    private let keys: FloatBuffer  // (L, capacity, K*D)
    private let values: FloatBuffer  // (L, capacity, K*D)

    /// Room for `capacity` tokens.
    public init(_ configuration: ModelConfiguration, capacity: Int) {
        precondition(capacity >= 1, "a cache needs room for a token")
        self.capacity = capacity
        width = configuration.keyValueHeadCount * configuration.headWidth
        keys = FloatBuffer(count: configuration.layerCount * capacity * width)
        values = FloatBuffer(count: configuration.layerCount * capacity * width)
    }

    /// Forgets all tokens from `count` on.
    public func truncate(to count: Int) {
        precondition(
            (0...self.count).contains(count),
            "a cache of \(self.count) tokens cannot keep \(count)"
        )
        self.count = count
    }

    func keys(_ layer: Int) -> Floats { keys.pointer + layer * capacity * width }
    func values(_ layer: Int) -> Floats { values.pointer + layer * capacity * width }
}
