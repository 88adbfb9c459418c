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

    /// Whether the time for an approval is over.
    func isOverdue(_ record: TaskRecord) -> Bool {
        guard let timeout = task.approval?.timeout, let since = record.waitingSince else {
            return false
        }
        return Double(setting.store.now() - since) / 1000 > timeout
    }

    /// Approves or refuses a task; one whose time is over fails.
    func answer(_ request: FlowRequest, _ record: inout TaskRecord) throws {
        if isOverdue(record) { return try expire(&record) }
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
