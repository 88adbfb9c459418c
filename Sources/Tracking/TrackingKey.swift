import Glibc

/// The name of a metric, parameter or tag, compared byte by byte.
///
/// Swift treats canonically equivalent strings as equal, the store does not: with `String` as the
/// key, an NFC and an NFD spelling would merge in a dictionary.
public struct TrackingKey: Hashable, Comparable, Sendable {
    /// The name as stored.
    public let text: String

    /// Creates a key from a name.
    public init(_ text: String) {
        self.text = text
    }

    /// Whether both names have the same UTF-8 bytes.
    public static func == (left: TrackingKey, right: TrackingKey) -> Bool {
        guard left.text.utf8.count == right.text.utf8.count else { return false }
        let areEqual = left.text.utf8.withContiguousStorageIfAvailable { left in
            right.text.utf8.withContiguousStorageIfAvailable { right in
                guard let one = left.baseAddress, let other = right.baseAddress else { return true }
                return memcmp(one, other, left.count) == 0
            }
        }
        return (areEqual ?? nil) ?? left.text.utf8.elementsEqual(right.text.utf8)
    }

    /// Whether `left` comes first in the order of UTF-8 bytes, which is SQLite's.
    public static func < (left: TrackingKey, right: TrackingKey) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    /// Feeds the UTF-8 bytes to the hasher.
    public func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(0xFF as UInt8)
    }
}

extension TrackingKey: ExpressibleByStringLiteral, CustomStringConvertible {
    /// Creates a key from a literal name.
    public init(stringLiteral value: String) {
        self.init(value)
    }

    /// The name.
    public var description: String { text }
}
