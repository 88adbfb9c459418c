import Foundation
import Testing

/// The README's statements about commands match the program.
@Suite struct ReadmeTests {
    @Test func theTableOfCommandsNamesAllOfThem() throws {
        let program = try Program(hasModel: false)
        let rows = try Readme().section("## Commands").split(separator: "\n")
            .filter { $0.hasPrefix("| `workbench ") }
        var named: [String: Set<String>] = [:]
        for row in rows {
            let spans = row.matches(of: /`([^`]+)`/).map { String($0.1) }
            let command = try #require(spans.first?.split(separator: " ").last.map(String.init))
            named[command] = Set(spans.dropFirst().filter { !$0.hasPrefix("-") })
        }
        let commands = try subcommands(of: [], program).subtracting(["screen"])
        #expect(Set(named.keys) == commands)
        for command in commands {
            var known = try subcommands(of: [command], program)
            // `serve` runs without a further word.
            if command == "serve" { known.remove("run") }
            #expect(named[command] == known, "workbench \(command)")
        }
    }

    private func subcommands(of command: [String], _ program: Program) throws -> Set<String> {
        let help = try program.shell("workbench \(command.joined(separator: " ")) --help").text
        guard let start = help.range(of: "SUBCOMMANDS:") else { return [] }
        let names = help[start.upperBound...].matches(of: /(?m)^  ([a-z]+)( |$)/)
        return Set(names.map { String($0.1) }).subtracting(["help"])
    }
}
