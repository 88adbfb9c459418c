import ArgumentParser
import Foundation
import HTTPServer
import MLflowAPI
import Platform
import Synchronization
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

extension Server {
    /// A server of all that a workspace offers, with its tokens.
    fileprivate init(serving workspace: Workspace, _ configuration: Configuration) throws {
        let tokens = try ServeCommand.Tokens.file(in: workspace)
        self = try ServeCommand.wording {
            try Server(
                [.mlflow(workspace, tokenFile: tokens.path)],
                tokens: tokens,
                configuration: configuration,
                log: workspace.logger("serve")
            )
        }
    }

    /// Serves until the task is cancelled.
    fileprivate func serve(_ started: @escaping @Sendable (String) -> Void) async throws {
        do { try await run(started: started) } catch let error as ServerError {
            throw WorkspaceError(error)
        }
    }
}

extension WorkspaceError {
    fileprivate init(_ error: ServerError) {
        self.init(
            Code(rawValue: error.code.kind.rawValue) ?? .failed,
            error.message,
            hint: error.hint
        )
    }
}

extension ServeCommand {
    static func wording<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as ServerError { throw WorkspaceError(error) }
    }
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
            let serving = Serving()
            // The first signal gives calls that are under way some seconds, a second one none.
            Signals.handle { _ in serving.stop() }
            let workspace = try shared.open()
            var configuration = Server.Configuration()
            configuration.host = host
            configuration.port = port
            configuration.needsToken = requireToken
            configuration.callsPerSecond = rate
            let server = try Server(serving: workspace, configuration)
            if !configuration.isLoopback {
                Console.note("note: tokens travel in the clear unless TLS is put in front of it.")
            }
            let isJSON = shared.json
            try serving.run {
                try await server.serve { address in
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
            abstract: "Tokens that give access to the server.",
            subcommands: [Add.self, List.self, Remove.self]
        )

        static func file(in workspace: Workspace) throws -> TokenFile {
            try ServeCommand.wording { try TokenFile(path: "\(workspace.folder)/tokens.json") }
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
            abstract: "Make a token, replacing an earlier one of that name.",
            discussion: "It is shown once. Clients take it from MLFLOW_TRACKING_TOKEN."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "The name of its holder.") var name: String
        @Option(help: "What it allows.") var role = RoleArgument.read

        func run() throws {
            var file = try ServeCommand.Tokens.file(in: shared.open())
            try ServeCommand.wording {
                // Nobody could ever use a token that was not shown.
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
        static let configuration = CommandConfiguration(abstract: "The holders of tokens.")
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
        static let configuration = CommandConfiguration(abstract: "Revoke a token.")
        @OptionGroup var shared: SharedOptions
        @Argument(help: "Whose token.") var name: String

        func run() throws {
            var file = try ServeCommand.Tokens.file(in: shared.open())
            guard try ServeCommand.wording({ try file.remove(name) }) else {
                throw WorkspaceError(.notFound, "\(name) has no token.")
            }
            try shared.confirm("\(name) no longer has a token.", ["name": .text(name)])
        }
    }
}

/// Serves from within the screen.
enum ScreenServer {
    static func start(
        _ workspace: Workspace,
        _ report: @escaping @Sendable (ServerState) -> Void
    ) -> ServerSwitch.Stop {
        let ended = DispatchSemaphore(value: 0)
        let task = Task {
            defer { ended.signal() }
            do {
                let server = try Server(serving: workspace, Server.Configuration())
                try await server.serve { report(.on(address: $0)) }
                // Who stopped it knows, and may have started another one since.
                if !Task.isCancelled { report(.off) }
            } catch is CancellationError {
            } catch let error as WorkspaceError {
                report(.failed(error))
            } catch {
                report(.failed(WorkspaceError(.failed, "\(error)")))
            }
        }
        return { isAwaited in
            task.cancel()
            // Calls that are under way have three seconds, and are broken off then.
            if isAwaited { _ = ended.wait(timeout: .now() + 5) }
        }
    }
}

/// What the main thread waits for, until it ends or is asked to.
private final class Serving: Sendable {
    private struct State {
        var isStopped = false
        var task: Task<Void, Never>?
        var failure: (any Error)?
    }

    private let state = Mutex(State())

    /// Waits for what is asynchronous.
    func run(_ body: @escaping @Sendable () async throws -> Void) throws {
        let done = DispatchSemaphore(value: 0)
        let isStarted = state.withLock { state in
            guard !state.isStopped else { return false }
            state.task = Task.detached { [self] in
                do { try await body() } catch { self.state.withLock { $0.failure = error } }
                done.signal()
            }
            return true
        }
        guard isStarted else { return }
        done.wait()
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    /// Asks it to end, also before it has begun.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            state.task?.cancel()
        }
    }
}
