import ArgumentParser
import Foundation
import HTTPServer
import Platform
import Workspace

extension ServeCommand {
    struct Tokens: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "tokens",
            abstract: "Tokens that give access to the server.",
            subcommands: [Add.self, List.self, Remove.self]
        )

        static func file(in workspace: Workspace) throws -> TokenFile {
            try WorkspaceError.translating {
                try TokenFile(path: "\(workspace.folder)/tokens.json")
            }
        }
    }
}

/// A role on the command line.
enum RoleArgument: String, ExpressibleByArgument, CaseIterable {
    case read, write

    var role: TokenFile.Role { self == .read ? .read : .write }
}

extension ServeCommand.Tokens {
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Make a token, replacing an earlier one of that name.",
            discussion: "It is shown once. Clients take it from MLFLOW_TRACKING_TOKEN."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "The name of its holder.") var name: String
        @Option(help: "What it allows.") var role = RoleArgument.read

        func run() throws {
            var file = try ServeCommand.Tokens.file(in: shared.open())
            try WorkspaceError.translating {
                // A token that was not shown could never be used, so it is not kept.
                _ = try file.add(name, role: role.role) { token in
                    if shared.json {
                        try Console.printJSON(["name": name, "role": role.rawValue, "token": token])
                    } else {
                        Console.print(token)
                    }
                    try StandardOutput.check("The token was not made: it could not be shown.")
                }
            }
            if !shared.json {
                Console.note("The token of \(name) (\(role.rawValue)); it is not kept.")
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "The holders of tokens."
        )
        @OptionGroup var shared: SharedOptions

        func run() throws {
            let entries = try ServeCommand.Tokens.file(in: shared.open()).entries
            if shared.json {
                return try Console.printJSON(
                    entries.map { ["name": $0.name, "role": $0.role.rawValue] }
                )
            }
            for entry in entries {
                Console.print("\(entry.role.rawValue)\t\(Console.line(entry.name))")
            }
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove",
            abstract: "Revoke a token."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "The name of its holder.") var name: String

        func run() throws {
            var file = try ServeCommand.Tokens.file(in: shared.open())
            guard try WorkspaceError.translating({ try file.remove(name) }) else {
                throw WorkspaceError(.notFound, "\(name) has no token.")
            }
            try shared.confirm("\(name) no longer has a token.", ["name": .text(name)])
        }
    }
}
