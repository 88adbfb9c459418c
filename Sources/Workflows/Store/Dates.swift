package import FoundationEssentials

/// The date of a stored time in milliseconds since 1970.
package func date(_ milliseconds: Int) -> Date {
    Date(timeIntervalSince1970: Double(milliseconds) / 1000)
}
