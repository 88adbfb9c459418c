import Platform

/// The programs of a task that have outlived the process of another flow run of its chain.
///
/// A retry of the same flow run meets them at the task's lock. A fork has locks of its own, so it must
/// look for them.
struct FormerPrograms {
    let setting: FlowSetting
    let run: FlowRunRecord
    let task: String

    /// Ends them as a retry does.
    ///
    /// Flow runs that a process executes are left alone.
    func end(isCancelled: () -> Bool) throws {
        for (id, position) in try setting.store.places(of: task, besides: run) {
            let lock = setting.folders.lock(of: position, in: id)
            guard FilePaths.exists(lock), OwnerLock.holder(of: lock) != nil,
                // Held, so that nobody continues that flow run in the meantime.
                let owner = try OwnerLock.take(setting.folders.lock(of: id))
            else { continue }
            defer { owner.release() }
            let former = TaskLock(path: lock)
            former.release(try former.take(grace: setting.grace(), isCancelled: isCancelled))
        }
    }
}
