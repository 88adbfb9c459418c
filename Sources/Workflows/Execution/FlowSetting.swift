import Platform

/// What all flow runs of a process share.
package struct FlowSetting: Sendable {
    package let store: FlowStore
    package let kinds: TaskKinds
    package let folders: FlowFolders
    package let recorder: any FlowRecorder
    /// What tasks may use of the machine at once; read again for every flow run.
    package let limits: @Sendable () -> FlowLimits
    /// The seconds that programs get to end by themselves.
    package let grace: @Sendable () -> Double
    /// A random number from 0 up to 1, for the jitter of waits.
    package let random: @Sendable () -> Double
    /// Receives what happens, after it was stored.
    package let publish: @Sendable (FlowEvent) -> Void
    /// The files of results.
    package let files: ResultFiles

    /// Creates a setting from its parts.
    package init(
        store: FlowStore,
        kinds: TaskKinds,
        folders: FlowFolders,
        recorder: any FlowRecorder = NoFlowRecorder(),
        limits: @escaping @Sendable () -> FlowLimits,
        grace: @escaping @Sendable () -> Double = { 10 },
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
        publish: @escaping @Sendable (FlowEvent) -> Void = { _ in }
    ) {
        self.store = store
        self.kinds = kinds
        self.folders = folders
        self.recorder = recorder
        self.limits = limits
        self.grace = grace
        self.random = random
        self.publish = publish
        files = ResultFiles(folder: folders.results)
    }
}
