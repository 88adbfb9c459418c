import FoundationEssentials
import Registry
import Runs
import Screens
import TerminalUI
import Tracking
import Workspace

extension RegisteredModelSummary {
    /// Three versions, the second in use.
    static let faq = RegisteredModelSummary(
        name: "company-faq",
        versions: [
            .sample(3, .staging, aliases: ["champion"], run: "faq-ko-r16", loss: 1.8421),
            .sample(2, .production, aliases: ["production"], run: "faq-ko-r8", loss: 1.8744),
            .sample(1, .archived, run: "faq-ko-r4", loss: 2.0311),
        ],
        createdAt: Driver.start.addingTimeInterval(-86_400 * 3),
        note: ""
    )

    /// A model without a deployed version.
    static let fresh = RegisteredModelSummary(
        name: "휴가-안내",
        versions: [.sample(1, .none, run: "cpt-ko", loss: nil)],
        createdAt: Driver.start,
        note: ""
    )
}

extension RegisteredModelSummary.Version {
    static func sample(
        _ number: Int,
        _ stage: Stage,
        aliases: [String] = [],
        run: String,
        loss: Double?
    ) -> Self {
        Self(
            number: number,
            stage: stage,
            aliases: aliases,
            run: "id-\(run)",
            runName: run,
            baseModel: "smollm2-135m-instruct",
            resultPath: "/w/artifacts/0/\(run)/artifacts/adapter",
            metrics: loss.map { [MetricName.evaluationLoss: $0] } ?? [:],
            createdAt: Driver.start.addingTimeInterval(-3600 * Double(4 - number)),
            note: number == 3 ? "질문 40개를 더했다" : ""
        )
    }
}

extension RegistryChange {
    static func sample(
        _ id: Int,
        _ action: Action,
        _ version: Int? = nil,
        _ detail: String? = nil,
        state: State = .applied
    ) -> RegistryChange {
        let date = Driver.start.addingTimeInterval(-7200 + 60 * Double(id))
        return RegistryChange(
            id: id,
            time: Int(date.timeIntervalSince1970 * 1000),
            author: "kim@lab",
            model: "company-faq",
            action: action,
            version: version,
            detail: detail,
            reason: "",
            state: state
        )
    }
}

extension Driver {
    /// The Registry pane with two models.
    static func registered(
        width: Int = 80,
        height: Int = 24,
        isReadOnly: Bool = false,
        models: [RegisteredModelSummary] = [.faq, .fresh]
    ) -> Driver {
        var driver = Driver.opened(
            width: width,
            height: height,
            isReadOnly: isReadOnly,
            runs: RunSummary.four
        )
        driver.press("4")
        driver.take(
            .library(
                .registered(
                    models,
                    rollbacks: [
                        "company-faq": .possible(.init(name: "company-faq", from: 2, to: 1)),
                        "휴가-안내": .impossible("No version of '휴가-안내' is or was deployed."),
                    ]
                )
            )
        )
        driver.effects = []
        return driver
    }
}

extension DeploymentSummary {
    /// The first model, with a gate, used in two places.
    static let faq = DeploymentSummary(
        name: "company-faq",
        deployed: 2,
        deployment: .sample(60, .promote, 2),
        reason: "fewer wrong answers",
        staging: [3],
        newest: 3,
        gate: Gate(
            [.init("eval_loss", .lessOrEqual, .value(1.85))],
            approval: .oneOf(["lee"])
        ),
        reports: [
            DeploymentReport(environment: "busan", version: "1"),
            DeploymentReport(environment: "seoul", version: "2"),
        ]
    )

    static let fresh = DeploymentSummary(name: "휴가-안내", newest: 1)
}

extension GateReport {
    /// The result of the gate for the third version.
    static let third = GateReport(
        model: "company-faq",
        version: 3,
        deployedVersion: 2,
        findings: [
            Finding(
                subject: "eval_loss",
                wanted: "<= 1.85",
                found: "1.8421",
                passed: true
            ),
            Finding(
                subject: "approval",
                wanted: "by lee",
                found: "none",
                passed: false
            ),
        ]
    )
}

extension Driver {
    /// The Registry pane with a model whose gate refuses its newest version.
    static func gated(width: Int = 80, height: Int = 24) -> Driver {
        var driver = Driver.registered(width: width, height: height)
        driver.take(
            .library(.registered([.faq, .fresh], rollbacks: [:], board: [.faq, .fresh]))
        )
        driver.take(.registry(.checked(.third)))
        driver.effects = []
        return driver
    }
}
