import Foundation
import Testing

/// The README, as a new user reads it.
struct Readme {
    let text: String

    init() throws {
        let file = Program.root.appendingPathComponent("README.md")
        text = try String(contentsOf: file, encoding: .utf8)
    }

    /// The text below a heading, up to the next one.
    func section(_ heading: String) throws -> Substring {
        let start = try #require(text.range(of: "\n\(heading)\n"), "\(heading)")
        let rest = text[start.upperBound...]
        return rest[..<(rest.range(of: "\n#")?.lowerBound ?? rest.endIndex)]
    }

    /// The commands of the first block of code below a heading.
    func commands(_ heading: String) throws -> [String] {
        let parts = try section(heading).split(separator: "```", omittingEmptySubsequences: false)
        return try #require(parts.dropFirst().first).split(separator: "\n").map(String.init)
    }

    /// The numbered steps below a heading, by their names in bold.
    func steps(_ heading: String) throws -> [Step] {
        try section(heading).matches(of: /(?m)^[0-9]+\. \*\*(.+?)\*\*((?:.*\n(?![0-9]|\n))*.*)/)
            .map { Step(name: String($0.1), text: String($0.0)) }
    }

    /// A numbered step.
    struct Step {
        let name: String
        let text: String

        /// The keys, texts and choices, in the order of the text.
        var spans: [String] { text.matches(of: /`([^`]+)`/).map { String($0.1) } }
    }
}
