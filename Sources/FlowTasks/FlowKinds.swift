public import Workflows

extension TaskKinds {
    /// The kinds of task of this program, with what they need of a workspace.
    public static func standard(_ services: any TaskServices) -> TaskKinds {
        TaskKinds([
            PrepareTask.prepare(services),
            PrepareTask.convert(services),
            TrainTask(services),
            EvaluateTask(services),
            SweepTask(),
            ModelTask.merge(services),
            ModelTask.quantize(services),
            RegisterTask(services),
            ChangeVersionTask.stage(services),
            ChangeVersionTask.alias(services),
            ChangeVersionTask.promote(services),
            ShellTask(services),
            PythonTask(services),
            SubflowTask(services),
            RequestTask(services),
            WaitTask(services),
        ])
    }
}
