import Presentation
import Registry
import Runs
import TerminalUI
import Workspace

/// The questions before changes of the registry; each names the consequences.
enum RegistryQuestions {
    static func run(of library: Library) -> ChoicePrompt? {
        let runs = library.registrableRuns
        guard !runs.isEmpty else { return nil }
        let items = runs.map { run in
            let loss = run.heldOutLoss
            let facts = [loss.map { "eval \(Figures.loss($0))" }, run.dataset].compactMap { $0 }
            let item = MenuItem(
                id: run.id,
                title: run.name,
                detail: facts.joined(separator: "  ")
            )
            return (item: item, action: Action.registry(.register(run: run.id)))
        }
        return ChoicePrompt("Register which run?", items: items)
    }

    static func name(
        for run: RunSummary,
        selected: String?,
        typed: String? = nil,
        problem: WorkspaceError? = nil
    ) -> TextPrompt {
        let id = run.id
        let dataset = run.dataset?.split(separator: "@").first.map(String.init)
        return TextPrompt(
            "Register \(run.name) as",
            hint: "a model's name; each registration is a new version",
            text: selected ?? dataset ?? run.name,
            typed: typed,
            problem: problem,
            answer: .init("register \(id)") { .registry(.registerAs($0, run: id)) }
        )
    }

    static func stage(
        of version: RegisteredModelSummary.Version,
        in model: RegisteredModelSummary
    ) -> ChoicePrompt {
        let target = RegisteredVersion(name: model.name, number: version.number)
        let items = Stage.allCases.map { stage in
            let item = MenuItem(
                id: stage.rawValue,
                title: stage.rawValue,
                detail: consequence(of: stage, for: version, in: model),
                disabledReason: stage == version.stage ? "v\(version.number) is in this stage" : nil
            )
            return (item: item, action: Action.registry(.setStage(target, stage)))
        }
        return ChoicePrompt(
            "Stage of \(target.label)",
            items: items,
            selected: version.stage.rawValue
        )
    }

    static func alias(
        of version: RegisteredVersion,
        typed: String? = nil,
        problem: WorkspaceError? = nil
    ) -> TextPrompt {
        TextPrompt(
            "Alias of \(version.label)",
            hint: "letters, digits, _ and -; such as champion",
            typed: typed,
            problem: problem,
            answer: .init("alias \(version.label)") {
                .registry(.moveAlias(version, alias: $0))
            }
        )
    }

    /// The question whether to move an alias from another version; nil if none is needed.
    static func moveAlias(
        _ alias: String,
        to version: RegisteredVersion,
        in model: RegisteredModelSummary
    ) -> Question? {
        let holder = model.versions.first { $0.aliases.contains(alias) }
        let isDeployment = alias == DeployedVersion.alias
        guard holder?.number != version.number, holder != nil || isDeployment else { return nil }
        var message: [StyledText] = []
        if let holder { message.append("@\(alias): v\(holder.number) to v\(version.number).") }
        if isDeployment {
            message.append("Chat and clients of @production get v\(version.number).")
        }
        if message.count == 1 {
            message.append("Clients of @\(alias) get v\(version.number).")
        }
        return Question(
            "Make \(version.label) @\(alias)?",
            message: message,
            answers: [
                (
                    .init(id: "move", title: "Make it @\(alias)"),
                    .registry(.setAlias(version, alias: alias))
                )
            ]
        )
    }

    static func whichAlias(
        of version: RegisteredModelSummary.Version,
        _ target: RegisteredVersion
    ) -> ChoicePrompt {
        ChoicePrompt(
            "Remove which alias of \(target.label)?",
            items: version.aliases.map { alias in
                (
                    MenuItem(id: alias, title: "@\(alias)"),
                    .registry(.askToRemove(target, alias: alias))
                )
            }
        )
    }

    static func removeAlias(
        _ alias: String,
        of version: RegisteredVersion,
        in model: RegisteredModelSummary
    ) -> Question {
        var message: [StyledText] = ["Clients of \(model.name)@\(alias) get an error then."]
        if alias == DeployedVersion.alias {
            var rest = model
            for index in rest.versions.indices {
                rest.versions[index].aliases.removeAll { $0 == alias }
            }
            let next = rest.deployed.map { "Then v\($0.number), in stage Production, is deployed." }
            message.append(StyledText(next ?? "Then nothing is deployed.", .warning))
        }
        return Question(
            "Remove @\(alias) from \(version.label)?",
            message: message,
            answers: [
                (
                    .init(id: "remove", title: "Remove", isDangerous: true),
                    .registry(.removeAlias(version, alias: alias))
                )
            ]
        )
    }

    static func gate(
        of name: String,
        line: String = "",
        typed: String? = nil,
        problem: WorkspaceError? = nil
    ) -> TextPrompt {
        TextPrompt(
            "Promotion gate of \(name)",
            hint: "such as eval_loss <= 1.9, approval by kim; empty: no gate",
            text: line,
            typed: typed,
            problem: problem,
            answer: .init("gate \(name)") { .registry(.setGate(name: name, line: $0)) }
        )
    }

    static func approve(
        _ version: RegisteredModelSummary.Version,
        in model: RegisteredModelSummary,
        check: GateReport?
    ) -> Question {
        let target = RegisteredVersion(name: model.name, number: version.number)
        var message: [StyledText] = [
            "Another person can deploy it then. The approval is recorded under your name."
        ]
        message += quality(of: version, against: model.deployed)
        message += (check?.findings ?? []).map(VersionView.finding)
        return Question(
            "Approve \(target.label)?",
            message: message,
            answers: [(.init(id: "approve", title: "Approve"), .registry(.approveNow(target)))]
        )
    }

    static func promote(
        _ version: RegisteredModelSummary.Version,
        in model: RegisteredModelSummary,
        check: GateReport? = nil
    ) -> Question {
        let target = RegisteredVersion(name: model.name, number: version.number)
        var message: [StyledText] = []
        if let deployed = model.deployed, deployed.number != version.number {
            message.append("Deployed: from v\(deployed.number) to v\(version.number).")
            message.append("v\(deployed.number) is archived; B rolls back to it.")
        } else {
            message.append("Deployed: v\(version.number); nothing was deployed before.")
        }
        message.append("Chat and clients of @production get v\(version.number).")
        message += quality(of: version, against: model.deployed)
        message += (check?.findings ?? []).map(VersionView.finding)
        return Question(
            "Promote \(target.label)?",
            message: message,
            answers: [
                (.init(id: "promote", title: "Promote"), .registry(.promoteNow(target)))
            ]
        )
    }

    static func rollBack(_ plan: RollbackPlan) -> Question {
        let from = plan.from.map { "from v\($0) to v\(plan.to)" } ?? "v\(plan.to) again"
        var message: [StyledText] = ["Deployed: \(from)."]
        if let from = plan.from { message.append("v\(from) is archived.") }
        message.append("Chat and clients of @production get v\(plan.to).")
        return Question(
            "Roll back \(plan.name)?",
            message: message,
            answers: [
                (
                    .init(id: "rollback", title: "Roll back to v\(plan.to)", isDangerous: true),
                    .registry(.rollBackNow(plan))
                )
            ]
        )
    }

    /// The held-out losses of the two, as a warning if the new one is worse.
    private static func quality(
        of version: RegisteredModelSummary.Version,
        against deployed: RegisteredModelSummary.Version?
    ) -> [StyledText] {
        guard let new = version.heldOutLoss else {
            return [StyledText("It was never evaluated on held-out rows.", .warning)]
        }
        guard let deployed, deployed.number != version.number, let old = deployed.heldOutLoss
        else { return [StyledText("Eval loss \(Figures.loss(new)).")] }
        let text = "Eval loss: \(Figures.loss(old)) to \(Figures.loss(new))"
        return [
            new > old
                ? StyledText("\(text), which is worse.", .warning)
                : StyledText("\(text).", .success)
        ]
    }

    private static func consequence(
        of stage: Stage,
        for version: RegisteredModelSummary.Version,
        in model: RegisteredModelSummary
    ) -> String {
        guard stage != version.stage else { return "now" }
        guard stage == .staging || stage == .production else { return "" }
        let others = model.versions.filter { $0.stage == stage }.map { "v\($0.number)" }
        return others.isEmpty ? "" : "\(others.joined(separator: ", ")) is archived"
    }
}

/// The alias of the deployed version.
enum DeployedVersion {
    /// The alias that chat and clients use.
    static let alias = "production"
}
