import FoundationEssentials
import Platform

extension Date {
    /// A time in ISO 8601 with its zone; nil for other texts and for dates that no calendar has, such as
    /// the 30th of February.
    init?(instant text: String) {
        guard let milliseconds = InstantText.milliseconds(ofTime: text) else { return nil }
        self.init(timeIntervalSince1970: Double(milliseconds) / 1_000)
    }
}
