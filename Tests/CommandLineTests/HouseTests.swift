import Foundation
import Testing
import TestModels

/// `scripts/house`, which checks the sources against the table of docs/architecture.md.
struct HouseTests {
    /// Runs it over a tree; nil for this one.
    private static func house(_ root: String?) throws -> (status: Int32, errors: String) {
        let process = Process()
        process.executableURL = Program.root.appendingPathComponent("scripts/house")
        process.arguments = ["--quiet"]
        if let root {
            process.environment = ProcessInfo.processInfo.environment
                .merging(["HOUSE_ROOT": root]) { _, new in new }
        }
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let text = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }

    @Test func theSourcesKeepTheRulesOfTheTable() throws {
        let (status, errors) = try Self.house(nil)
        #expect(status == 0, "\(errors)")
    }

    @Test func aBrokenRuleIsNamed() throws {
        try TemporaryFolder.with { folder in
            let lines = (1...12).map { "let value\($0) = \($0)\n" }.joined()
            let files = [
                "Package.swift": """
                let package = Package(
                    targets: [
                        .target(name: "Lower"),
                        .target(name: "Upper", dependencies: ["Lower"]),
                    ],
                )

                """,
                "docs/architecture.md": """
                | target | is | imports |
                |---|---|---|
                | `Lower` | below | – |
                | `Upper` | above | Lower |

                """,
                "Sources/Lower/Lower.swift": "import Upper\n\(lines)",
                "Sources/Upper/Upper.swift": "import GRDB\nimport Lower\nfsync(1)\n\(lines)",
                "Sources/Upper/Long.swift": String(repeating: "//\n", count: 401),
            ]
            for (path, text) in files {
                let url = URL(fileURLWithPath: "\(folder)/\(path)")
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(),
                    withIntermediateDirectories: true
                )
                try text.write(to: url, atomically: true, encoding: .utf8)
            }
            let (status, errors) = try Self.house(folder)
            #expect(status == 1)
            for words in [
                "Lower may not import Upper", "may import GRDB", "401 lines", "stand again",
                "fsync is Platform's to call",
            ] {
                #expect(errors.contains(words), "\(words): \(errors)")
            }
        }
    }
}
