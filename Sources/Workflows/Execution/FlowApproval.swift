import Database
import JSON
import Platform

/// Answers of people to tasks that wait for approval.
struct FlowApproval {
    let setting: FlowSetting
    let run: FlowRunRecord
    let task: FlowTask

    init(_ setting: FlowSetting, _ run: FlowRunRecord, _ task: FlowTask) {
        self.setting = setting
        self.run = run
        self.task = task
    }

    /// The first millisecond since 1970 at which it is too late to approve a task that waits; nil if
    /// it never is.
    func deadline(of record: TaskRecord) -> Int? {
        guard record.state == .waitingApproval, let timeout = task.approval?.timeout,
            let since = record.waitingSince
        else { return nil }
        return since + Int(min(timeout, 1e12) * 1000) + 1
    }

    /// Approves or refuses a task; one that nobody answered in time fails.
    func answer(_ request: FlowRequest, _ record: inout TaskRecord) throws {
        // What was asked in time counts, even if no process has read it until now.
        if let deadline = deadline(of: record), request.askedAt >= deadline {
            return try expire(&record)
        }
        let words = request.reason.isEmpty ? "" : ": \(request.reason)"
        if request.kind == .approve {
            let reason = "\(request.author) approved it\(words)."
            try setting.store.advance(&record, [.approve], of: run.id, reason: reason, .full) {
                $0.approvedKey = $0.key
            }
        } else {
            let reason = "\(request.author) denied it\(words)."
            try setting.store.advance(&record, [.deny], of: run.id, reason: reason, .full) {
                $0.isRefused = true
            }
        }
    }

    /// Fails a task that nobody approved in time.
    func expire(_ record: inout TaskRecord) throws {
        let limit = (task.approval?.timeout ?? 0).seconds
        let reason = "Nobody approved it within \(limit)."
        try setting.store.advance(&record, [.deny], of: run.id, reason: reason, .full) {
            $0.isRefused = true
        }
    }
}
