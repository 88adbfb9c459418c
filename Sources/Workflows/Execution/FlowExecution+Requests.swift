import Database
import Platform

extension FlowExecution {
    func readRequests(_ board: inout TaskBoard) throws {
        let isWoken = state.withLock { state in
            defer { state.isWoken = false }
            return state.isWoken
        }
        // An answer that was given in time may not have woken this thread yet.
        guard isWoken || approvalWait(board) == 0 else { return }
        for request in try setting.store.requests(of: run.id) {
            let by = request.reason.isEmpty ? "" : ": \(request.reason)"
            switch request.kind {
            case .cancel: self.request(.cancel("\(request.author) cancelled it\(by)."))
            case .terminate: self.request(.terminate("\(request.author) ended it\(by)."))
            case .pause: try pause(&board, by: request)
            case .resume: try resume(&board)
            case .approve, .deny: try answer(request, &board)
            }
            try setting.store.answer(request, of: run.id)
        }
    }

    private func pause(_ board: inout TaskBoard, by request: FlowRequest) throws {
        try setting.store.update(run.id) { $0.isPaused = true }
        isPaused.withLock { $0 = true }
        try hold(&board, "\(request.author) paused the flow run.")
    }

    private func resume(_ board: inout TaskBoard) throws {
        try setting.store.update(run.id) { $0.isPaused = false }
        isPaused.withLock { $0 = false }
        for var record in board.records where record.state == .paused {
            try setting.store.advance(&record, [.proceed], of: run.id)
            announce(record)
            board.release(record)
        }
    }

    private func hold(_ board: inout TaskBoard, _ reason: String) throws {
        let places = board.withdrawReady()
        let records = try advance(places, .pause, reason, board)
        board.replace(records)
        for place in places { announce(records[place]) }
    }

    /// Applies a transition to several tasks, all or none; returns all tasks.
    private func advance(
        _ places: [Int],
        _ transition: TaskTransition,
        _ reason: String,
        _ board: TaskBoard
    ) throws -> [TaskRecord] {
        var records = board.records
        guard !places.isEmpty else { return records }
        try persisting {
            var changed = board.records
            try setting.store.database.write { _, notes in
                notes.note(.flowRun, run.id)
                for place in places {
                    try setting.store.advance(
                        &changed[place],
                        [transition],
                        of: run.id,
                        reason: reason
                    )
                }
            }
            records = changed
        }
        return records
    }

    private func answer(_ request: FlowRequest, _ board: inout TaskBoard) throws {
        let waiting = board.records.filter {
            $0.state == .waitingApproval && (request.task == nil || $0.task == request.task)
        }
        for var record in waiting {
            let approval = FlowApproval(setting, run, board.task(at: record.position))
            try persisting { try approval.answer(request, &record) }
            announce(record)
            if record.state == .pending {
                board.release(record)
            } else {
                board.end(record, outputs: nil)
            }
        }
    }

    func obeyStop(_ board: inout TaskBoard) throws {
        guard let stop = state.read({ $0.stop }) else {
            if isPaused.withLock({ $0 }), !board.ready.isEmpty || !board.timers.isEmpty {
                try hold(&board, "The flow run is paused.")
            }
            return
        }
        switch stop {
        case .cancel(let reason), .terminate(let reason):
            let places = board.withdraw()
            guard !places.isEmpty else { return }
            let records = try advance(places, .cancel, reason, board)
            for place in places {
                board.end(records[place], outputs: nil)
                announce(records[place])
            }
        case .leave(let reason): try hold(&board, reason)
        }
    }
}
