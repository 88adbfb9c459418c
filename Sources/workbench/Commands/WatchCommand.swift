import ArgumentParser
import EventBus
import Platform
import Runs
import Workspace

struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Run any command as a run: its output is kept, metrics are read from it.",
        discussion: """
            Metrics are read from JSON lines, names with numbers such as `step=3 loss=2.1`, Python \
            dictionaries as Hugging Face's Trainer prints them, and progress bars of tqdm, Keras and \
            llama.cpp. The command finds the workspace as an MLflow server in MLFLOW_TRACKING_URI, and \
            its run in MLFLOW_RUN_ID. Its exit status is passed on; 124 after --timeout.

            Signals are passed on to the command; a second ctrl+c or SIGTERM ends it at once. \
            `workbench runs stop`, `pause` and `continue` work as for trainings.

            EXAMPLES
              workbench watch -- python train.py --epochs 3
              workbench watch --retries 2 --retry-delay 30 --alert "loss > 5" -- ./train.sh
              workbench watch --alert nan --alert exit --timeout 2h -- torchrun train.py
            """
    )

    @OptionGroup var shared: SharedOptions
    @Option(help: "The run's name; else that of the script or program.") var runName: String?
    @Option(help: "The run's experiment; else the default one.") var experiment: String?
    @Option(help: "How often it is started again if it fails; the attempts are one run.")
    var retries = 0
    @Option(help: "The wait before it is started again: seconds, or 10m.")
    var retryDelay = Span(seconds: 0)
    @Option(help: "The longest time of an attempt: seconds, or 2h.") var timeout: Span?
    @Option(
        help: """
            Alert once an attempt: "loss > 5" (also <, >=, <=), "nan" for any metric, "loss nan", or \
            "exit" when it fails. May be given several times.
            """
    )
    var alert: [String] = []
    @Argument(parsing: .postTerminator, help: "The command and its arguments, after --.")
    var command: [String] = []

    func run() throws {
        let control = ScriptControl()
        Signals.beforeEnd { control.kill() }
        Signals.handle(each: true) { control.receive($0) }
        let workspace = try shared.open(isWatching: true)
        defer { workspace.close() }
        let output = WatchOutput(isJSON: shared.json)
        var request = try request()
        request.tap = output.tap
        let watched = try WatchedCommand(request, in: workspace)
        output.begin(name: watched.name, run: watched.run)
        let subscription = workspace.events.subscribe { output.receive($0, of: watched.run) }
        let server = WatchServer(workspace)
        let outcome = watched.execute(
            control: control,
            environment: environment(of: watched, server: server.address),
            line: { output.write($0) },
            metrics: { output.write($0) },
            note: { output.note($0) }
        )
        server.stop()
        subscription.cancel()
        output.end(outcome, log: watched.outputLog)
        control.finish()
        if outcome.exitStatus != 0 { throw ExitCode(outcome.exitStatus) }
    }

    private func request() throws -> ScriptRequest {
        var request = ScriptRequest(command: command)
        request.runName = runName
        request.experiment = experiment
        request.retries = retries
        request.retryDelay = retryDelay.seconds
        request.timeout = timeout?.seconds
        request.alerts = try alert.map { try ScriptAlert($0) }
        return request
    }

    /// The variables that lead the command's MLflow client to its run, unless it has a server already.
    private func environment(of watched: WatchedCommand, server: String?) -> [String: String] {
        let own = ProcessEnvironment.variables
        var variables = ["WORKBENCH_RUN": watched.run]
        // Python keeps lines back if its output is no terminal.
        if own["PYTHONUNBUFFERED"] == nil { variables["PYTHONUNBUFFERED"] = "1" }
        if let server {
            variables["MLFLOW_TRACKING_URI"] = server
            variables["MLFLOW_RUN_ID"] = watched.run
            variables["MLFLOW_EXPERIMENT_ID"] = watched.experimentID
        }
        return variables
    }

    mutating func validate() throws {
        guard !command.isEmpty else {
            throw ValidationError(
                "Name the command after --, as in `workbench watch -- python train.py`."
            )
        }
        guard command.first?.isEmpty == false else {
            throw ValidationError("The name of the command is empty.")
        }
        guard (0...10_000).contains(retries) else {
            throw ValidationError("--retries takes 0 to 10000.")
        }
        if let timeout, timeout.seconds <= 0 {
            throw ValidationError("--timeout must be above 0.")
        }
        for (name, value) in [("--run-name", runName), ("--experiment", experiment)]
        where value?.isEmpty == true {
            throw ValidationError("\(name) is empty.")
        }
        do throws(WorkspaceError) { for text in alert { _ = try ScriptAlert(text) } } catch {
            throw ValidationError(error)
        }
    }
}
