/// A reading that is asked for more often than it can be done: one under way, at most one to follow.
package struct Refresh: Equatable, Sendable {
    /// Whether it is under way.
    package private(set) var isUnderWay = false
    private var isWanted = false

    package init() {}

    /// Asks for it; true when the caller is to start it now.
    package mutating func begin() -> Bool {
        if isUnderWay {
            isWanted = true
            return false
        }
        isUnderWay = true
        return true
    }

    /// Notes that it is done; true when it was asked for again meanwhile and is to start anew.
    package mutating func end() -> Bool {
        isUnderWay = false
        guard isWanted else { return false }
        isWanted = false
        return begin()
    }
}
