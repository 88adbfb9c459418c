import Foundation

/// The content of a terminal, as text.
struct Screen {
    let text: String
    let lines: [String]

    init(_ text: String) {
        self.text = text
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// The figure after a label: `4.085` for `loss 4.085`.
    func figure(_ label: String) -> Figure? {
        guard let match = try? Regex("\\b\(label) (-?[0-9][0-9.]*(?:e-?[0-9]+)?)") else {
            return nil
        }
        return text.firstMatch(of: match).flatMap { $0[1].substring }.flatMap { Figure($0) }
    }

    /// The progress of a run: `step 12/40`.
    var steps: (done: Int, total: Int)? {
        text.firstMatch(of: /step ([0-9]+)\/([0-9]+)/).flatMap { match in
            Int(match.1).flatMap { done in Int(match.2).map { (done, $0) } }
        }
    }

    /// The words of the first row of a box that begins with this word, ignoring marks.
    func row(_ first: String) -> [String]? { rows.first { $0.first == first } }

    /// The rows of boxes between one heading and another, each as its words.
    func rows(from heading: String, to end: String? = nil) -> [[String]] {
        guard let start = rows.firstIndex(of: Self.words(heading[...])) else { return [] }
        return Array(rows[(start + 1)...].prefix { $0 != end.map { Self.words($0[...]) } })
    }

    /// The text between two borders, as words without marks.
    private var rows: [[String]] {
        lines.flatMap { $0.split(separator: "│").map(Self.words) }
    }

    private static func words(_ text: Substring) -> [String] {
        text.split { " ›●○✓✗".contains($0) }.map(String.init)
    }
}

/// A number as shown on the screen, such as `4.085`, `1.5e-5` or `59.4` (MB).
struct Figure: CustomStringConvertible {
    let description: String
    let value: Double
    /// Half a unit of the last digit.
    private let tolerance: Double

    init?(_ text: some StringProtocol) {
        guard let value = Double(text) else { return nil }
        description = String(text)
        self.value = value
        let parts = text.split(separator: "e")
        let places = parts[0].split(separator: ".").dropFirst().first?.count ?? 0
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        tolerance = 0.5000001 * pow(10, Double(exponent - places))
    }

    /// Whether it is the number, rounded to the displayed digits.
    func shows(_ number: Double?, unit: Double = 1) -> Bool {
        number.map { abs(value * unit - $0) <= tolerance * unit } ?? false
    }
}
