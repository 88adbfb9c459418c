import ArgumentParser
import Foundation
import Serving
import Workspace

struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the workspace over HTTP, as an MLflow tracking server and registry.",
        discussion: """
            Clients find it by MLFLOW_TRACKING_URI. Without a token it answers processes of the \
            same user on this machine alone; other addresses need a token for everybody.
            """,
        subcommands: [Run.self, Tokens.self],
        defaultSubcommand: Run.self
    )
}

extension ServeCommand {
    struct Run: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Serve until ctrl+c.")
        @OptionGroup var shared: SharedOptions
        @Option(help: "The address to listen on.") var host = "127.0.0.1"
        @Option(help: "The port; 0 for any that is free.") var port = 5000
        @Flag(help: "A token for everybody, as behind a proxy on this machine.")
        var requireToken = false
        @Option(help: "How many calls each token may make in a second.") var rate = 500

        func run() throws {
            let workspace = try shared.open()
            var configuration = Server.Configuration()
            configuration.host = host
            configuration.port = port
            configuration.needsToken = requireToken
            configuration.callsPerSecond = rate
            let server = try Server(
                workspace,
                tokens: try Tokens.file(in: workspace),
                configuration: configuration
            )
            if !configuration.isLoopback {
                Console.note("note: tokens travel in the clear unless TLS is put in front of it.")
            }
            let isJSON = shared.json
            try Blocking.run {
                try await server.run(endsOnSignals: true) { address in
                    if isJSON {
                        try? Console.printJSON(["address": address])
                    } else {
                        Console.print("serving \(workspace.folder) at \(address)")
                        Console.print("  export MLFLOW_TRACKING_URI=\(address)")
                    }
                }
            }
            workspace.close()
        }

        mutating func validate() throws {
            guard (0...65_535).contains(port) else {
                throw ValidationError("--port takes 0 to 65535.")
            }
            guard (1...1_000_000).contains(rate) else {
                throw ValidationError("--rate takes 1 to 1000000.")
            }
        }
    }

    struct Tokens: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Who may reach the server with a token.",
            subcommands: [Add.self, List.self, Remove.self]
        )

        static func file(in workspace: Workspace) throws -> TokenFile {
            try wording { try TokenFile(path: "\(workspace.folder)/tokens.json") }
        }

        static func wording<T>(_ body: () throws -> T) throws -> T {
            do { return try body() } catch let failure as TokenFile.Failure {
                throw WorkspaceError(.inaccessible, failure.description)
            }
        }
    }
}

/// A role as the command line has it.
enum RoleArgument: String, ExpressibleByArgument, CaseIterable {
    case read, write

    var role: TokenFile.Role { self == .read ? .read : .write }
}

extension ServeCommand.Tokens {
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a token for somebody, in place of an earlier one.",
            discussion: "It is shown once. Clients take it from MLFLOW_TRACKING_TOKEN."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "Whom it is for.") var name: String
        @Option(help: "What it allows.") var role = RoleArgument.read

        func run() throws {
            var file = try ServeCommand.Tokens.file(in: shared.open())
            let token = try ServeCommand.Tokens.wording { try file.add(name, role: role.role) }
            if shared.json {
                try Console.printJSON(["name": name, "role": role.rawValue, "token": token])
            } else {
                Console.print(token)
                Console.note(
                    "The token of \(Console.line(name)) (\(role.rawValue)); it is not kept."
                )
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Who has a token.")
        @OptionGroup var shared: SharedOptions

        func run() throws {
            for entry in try ServeCommand.Tokens.file(in: shared.open()).entries {
                if shared.json {
                    try Console.printJSON(["name": entry.name, "role": entry.role.rawValue])
                } else {
                    Console.print("\(entry.role.rawValue)\t\(Console.line(entry.name))")
                }
            }
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take somebody's token back.")
        @OptionGroup var shared: SharedOptions
        @Argument(help: "Whose token.") var name: String

        func run() throws {
            var file = try ServeCommand.Tokens.file(in: shared.open())
            guard try ServeCommand.Tokens.wording({ try file.remove(name) }) else {
                throw WorkspaceError(.notFound, "\(name) has no token.")
            }
            try shared.confirm("\(name) has no token any more.", ["name": .text(name)])
        }
    }
}

/// Serves from within the screen.
enum ScreenServer {
    static func start(
        _ workspace: Workspace,
        _ report: @escaping @Sendable (ServerState) -> Void
    ) -> @Sendable () -> Void {
        let task = Task {
            do {
                let server = try Server(
                    workspace,
                    tokens: try ServeCommand.Tokens.file(in: workspace),
                    configuration: Server.Configuration()
                )
                try await server.run(endsOnSignals: false) { report(.on(address: $0)) }
                report(.off)
            } catch is CancellationError {
                report(.off)
            } catch let error as WorkspaceError {
                report(.failed(error))
            } catch {
                report(.failed(WorkspaceError(.failed, "\(error)")))
            }
        }
        return { task.cancel() }
    }
}

/// Waits on the main thread for what is asynchronous.
enum Blocking {
    static func run(_ body: @escaping @Sendable () async throws -> Void) throws {
        let done = DispatchSemaphore(value: 0)
        let outcome = Outcome()
        Task.detached {
            do { try await body() } catch { outcome.set(error) }
            done.signal()
        }
        done.wait()
        if let error = outcome.error { throw error }
    }

    private final class Outcome: @unchecked Sendable {
        // @unchecked because of `error`: written before the signal, read after the wait.
        private(set) var error: (any Error)?
        func set(_ error: any Error) { self.error = error }
    }
}
