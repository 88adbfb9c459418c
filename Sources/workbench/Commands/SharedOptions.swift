import ArgumentParser
import Platform
import Runs
import Workspace

/// The options of every command.
struct SharedOptions: ParsableArguments {
    @Option(
        help: "The workspace folder; else $WORKBENCH_HOME, else ~/.local/share/workbench.",
        completion: .directory
    )
    var workspace: String?

    @Flag(help: "Print JSON: an object or array on one line; progress as one object per line.")
    var json = false

    mutating func validate() throws { try Self.validate(workspace: workspace) }

    /// Refuses an empty name: it comes from an unset variable and must not mean the default
    /// workspace.
    static func validate(workspace: String?) throws {
        if workspace?.isEmpty == true {
            throw ValidationError("--workspace needs the path of a folder; it is empty.")
        }
    }

    /// Opens the workspace; commands that end at once do not watch it.
    ///
    /// - Parameter isChanging: Whether the command is refused with the reason if the workspace is
    ///   read-only: the reason is no note, too.
    func open(isWatching: Bool = false, isChanging: Bool = false) throws -> Workspace {
        let workspace = try Workspace.open(
            Workspace.Configuration(folder: workspace, isWatching: isWatching)
        )
        ScreenServer.serveTasks(of: workspace)
        if !isChanging, case .readOnly(let reason) = workspace.access {
            Console.note("note: \(reason)")
        }
        for problem in Settings.read(folder: workspace.folder).problems {
            Console.remark(problem, hint: nil)
        }
        for notice in workspace.notices {
            Console.remark(notice.message, hint: notice.hint)
        }
        return workspace
    }
}

extension ValidationError {
    /// A value of the command line that a library refuses: its message, and its hint as a sentence.
    init(_ error: some AnyCodedError) {
        let error = error.general
        self.init([error.message, error.hint].compactMap { $0 }.joined(separator: " "))
    }
}

/// The options of commands that write a file.
struct ReplacingOptions: ParsableArguments {
    @Flag(help: "Replace an existing file.") var force = false
}

extension SharedOptions {
    /// Reports success, as a sentence or as an object.
    func confirm(_ sentence: String, _ fields: [String: JSONValue]) throws {
        if json { try Console.printJSON(fields) } else { Console.print(Console.line(sentence)) }
    }
}

/// The options of sampling.
struct SamplingOptions: ParsableArguments {
    @Option(help: "The maximum number of tokens of an answer.")
    var maxTokens: Int?

    @Option(help: "0 always takes the most likely token.")
    var temperature: Double?

    @Option(help: "Sample from the K most likely tokens; 0 for all.")
    var topK: Int?

    @Option(help: "Sample from the most likely tokens up to this total probability.")
    var topP: Double?

    @Option(help: "Leave out tokens less likely than this share of the most likely one.")
    var minP: Double?

    @Option(help: "Above 1: repeated tokens become less likely.")
    var repetitionPenalty: Double?

    @Option(help: "The same seed gives the same answer.")
    var seed: UInt64?

    @Option(help: "End the answer at this text; may be given several times.")
    var stop: [String] = []

    var answerOptions: AnswerOptions {
        var options = AnswerOptions()
        if let maxTokens { options.maxTokens = maxTokens }
        if let temperature { options.temperature = temperature }
        if let topK { options.topK = topK }
        if let topP { options.topP = topP }
        if let minP { options.minP = minP }
        if let repetitionPenalty { options.repetitionPenalty = repetitionPenalty }
        if let seed { options.seed = seed }
        options.stop = stop
        return options
    }

    mutating func validate() throws {
        if let maxTokens, maxTokens < 1 {
            throw ValidationError("--max-tokens must be at least 1.")
        }
        if let temperature, !(temperature >= 0 && temperature.isFinite) {
            throw ValidationError("--temperature must be a finite number of at least 0.")
        }
        if let topP, !(topP > 0 && topP <= 1) {
            throw ValidationError("--top-p must be above 0, at most 1.")
        }
        if let minP, !(minP >= 0 && minP < 1) {
            throw ValidationError("--min-p must be at least 0, below 1.")
        }
        if let topK, topK < 0 { throw ValidationError("--top-k must not be negative.") }
        if let repetitionPenalty, !(repetitionPenalty > 0 && repetitionPenalty.isFinite) {
            throw ValidationError("--repetition-penalty must be a finite number above 0.")
        }
    }
}

/// The target of chat: a model, and an adapter for it.
struct TargetOptions: ParsableArguments {
    @Option(
        help: """
            A model's name, file or models:/NAME@ALIAS; without it the deployed version, \
            else the default model.
            """,
        completion: .targets
    )
    var model: String?

    @Option(help: "An adapter's folder, a LoRA in GGUF, or a run's name or id.")
    var adapter: String?

    /// The target that the options name.
    func target(in workspace: Workspace) throws -> ChatTarget {
        if let adapter {
            if adapter.contains("/") || adapter == "." {
                let base = try model ?? workspace.models.default().name
                return .adapter(folder: adapter, model: base)
            }
            if let run = try? workspace.runs.find(adapter) { return .run(id: run.id) }
            return .adapter(folder: adapter, model: try model ?? workspace.models.default().name)
        }
        if let model { return try ChatTarget(model) }
        return try workspace.chat.defaultChoice().target
    }
}
