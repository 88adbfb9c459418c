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
            Clients find it by MLFLOW_TRACKING_URI. Without a token it answers only processes of \
            the same user on this machine; at other addresses every client needs a token.
            """,
        subcommands: [Run.self, Tokens.self],
        defaultSubcommand: Run.self
    )
}

extension Server {
    /// A server of a workspace, with its tokens.
    init(serving workspace: Workspace, _ configuration: Configuration) throws {
        let tokens = try ServeCommand.Tokens.file(in: workspace)
        self = try WorkspaceError.translating {
            try Server(
                [.mlflow(workspace, tokenFile: tokens.path)],
                tokens: tokens,
                configuration: configuration,
                log: workspace.logger("serve")
            )
        }
    }

    /// Serves until the task is cancelled.
    func serve(_ started: @escaping @Sendable (String) -> Void) async throws {
        do { try await run(started: started) } catch let error as ServerError {
            throw WorkspaceError(error)
        }
    }
}

extension ServeCommand {
    struct Run: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run",
            abstract: "Serve until ctrl+c."
        )
        @OptionGroup var shared: SharedOptions
        @Option(help: "The address to listen on.") var host = "127.0.0.1"
        @Option(help: "The port; 0 for any free one.") var port = 5000
        @Flag(help: "Require a token of every client, as behind a proxy on this machine.")
        var requireToken = false
        @Option(help: "The maximum number of calls per second and token.") var rate = 500

        func run() throws {
            let task = ServerTask()
            // After the first signal running calls have some seconds; a second one ends at once.
            Signals.handle { _ in task.stop() }
            let workspace = try shared.open()
            var configuration = Server.Configuration()
            configuration.host = host
            configuration.port = port
            configuration.needsToken = requireToken
            configuration.callsPerSecond = rate
            let server = try Server(serving: workspace, configuration)
            if !configuration.isLoopback {
                Console.note("note: tokens are sent in the clear unless TLS is put in front.")
            }
            let isJSON = shared.json
            try task.run {
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
}

/// The server's task, for which the main thread waits.
private final class ServerTask: Sendable {
    private struct State {
        var isStopped = false
        var task: Task<Void, Never>?
        var failure: (any Error)?
    }

    private let state = Mutex(State())

    /// Runs an asynchronous body to its end.
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

    /// Cancels the task, or keeps it from starting.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            state.task?.cancel()
        }
    }
}
