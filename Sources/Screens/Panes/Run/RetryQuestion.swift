import Runs
import TerminalUI
import Workflows
import Workspace

/// The question that `R` asks.
enum RetryQuestion {
    static func of(_ plan: RetryPlan, in library: Library) -> Question {
        var message: [StyledText] = []
        var answers: [(choice: Dialog.Choice, action: Action)] = []
        let run = plan.run
        if let task = run.flowTask, let flow = library.flowRun(task.flowRun) {
            message.append(
                StyledText("Flow: it is \(task.name(in: library)); retries what has no result.")
            )
            if flow.state.isTerminal {
                answers.append(
                    (.init(id: "flow", title: "Flow"), .flows(.retry(run: task.flowRun)))
                )
            } else {
                message.append(StyledText("The flow run is still live.", .muted))
            }
        }
        if let obstacle = plan.obstacle {
            message.append(StyledText("It cannot resume where it stopped: \(obstacle)", .warning))
        } else if let step = plan.resumableStep {
            message.append(
                StyledText(
                    step == 0
                        ? "Resume: there is no checkpoint, so it starts again from step 0."
                        : "Resume: continues at step \(step), exactly as if it had not stopped."
                )
            )
            answers.append(
                (
                    .init(id: "resume", title: "Resume"),
                    .run(.resume(id: run.id, name: run.name))
                )
            )
        } else if run.status == .finished, let data = run.laterPhases.first {
            message.append(StyledText("Next phase: trains its result on \(data)."))
            answers.append(
                (
                    .init(id: "resume", title: "Next phase"),
                    .run(.resume(id: run.id, name: run.name))
                )
            )
        } else if run.status == .finished {
            message.append(StyledText("It is finished; there is nothing to resume."))
        } else {
            message.append(StyledText("It has no checkpoint to resume from."))
        }
        if let request = plan.request {
            message.append(
                StyledText("Again: a new run with the same parameters. Edit: change them first.")
            )
            answers.append(
                (.init(id: "again", title: "Again"), .run(.again(id: run.id, name: run.name)))
            )
            answers.append((.init(id: "edit", title: "Edit"), .run(.edit(request))))
        } else {
            message.append(StyledText("Another program logged it, so it cannot be run from here."))
        }
        return Question("Retry \(run.name)?", message: message, answers: answers)
    }
}
