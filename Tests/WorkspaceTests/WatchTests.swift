import Database
import EventBus
import Glibc
import Registry
import Runs
import Synchronization
import Testing
import TestModels
import Tracking
import Training
import Workspace

@Suite struct WatchTests {
    @Test func pointsOfAnotherProcessAppearWithin200Milliseconds() throws {
        try TestWorkspace.with { test in
            try test.opened { watching in
                let arrivals = Mutex<[Int: ContinuousClock.Instant]>([:])
                let subscription = watching.events.subscribe { event in
                    guard case .run(.step(_, let point)) = event, point.loss != nil else { return }
                    arrivals.withLock { $0[point.step] = ContinuousClock.now }
                }
                let store = try TrackingStore(path: "\(test.home)/workbench.db")
                let run = try store.createRun(NewRun()).id
                var delays: [Duration] = []
                for step in 0..<5 {
                    let now = TrackingStore.systemMilliseconds()
                    let written = ContinuousClock.now
                    try store.log(
                        Batch(metrics: [
                            Metric("loss", 1.5, timestamp: now, step: step),
                            Metric("grad_norm", 0.5, timestamp: now, step: step),
                        ]),
                        run: run
                    )
                    #expect(becomesTrue { arrivals.withLock { $0[step] != nil } })
                    if let arrival = arrivals.withLock({ $0[step] }) {
                        delays.append(arrival - written)
                    }
                }
                subscription.cancel()
                try store.close()
                // The median: of several steps one may meet a busy machine.
                #expect(delays.sorted()[2] < .milliseconds(200), "\(delays)")
            }
        }
    }

    @Test func aStepOfAnotherProcessComesAsOnePointWithAllItsMetrics() throws {
        try TestWorkspace.with { test in
            try test.opened { watching in
                let events = EventRecorder(watching.events)
                try test.opened { owner in
                    let mine = EventRecorder(owner.events)
                    var request = test.request(steps: 4)
                    request.evaluationSplit = 0.3
                    let run = try owner.runs.start(request).id
                    _ = try owner.runs.wait(for: run)
                    #expect(becomesTrue { events.points(of: run).count >= 4 })
                    #expect(events.points(of: run) == mine.points(of: run))
                    #expect(
                        events.first {
                            if case .run(.evaluated(run, _, _)) = $0 { true } else { false }
                        } != nil
                    )
                    #expect(
                        events.first { $0 == .run(.checkpointed(run: run, nextStep: 4)) } != nil
                    )
                    #expect(events.points(of: run).allSatisfy { $0.change != nil })
                    let isSeen = try becomesTrue {
                        try watching.runs.summary(run).status == .finished
                    }
                    #expect(isSeen)
                }
            }
        }
    }

    @Test func theLastPointsOfAnotherProcessArePublishedBeforeItsEnd() throws {
        try TestWorkspace.with { test in
            try test.opened { watching in
                let events = EventRecorder(watching.events)
                let store = try TrackingStore(path: "\(test.home)/workbench.db")
                let run = try store.createRun(NewRun()).id
                #expect(events.first { $0 == .run(.changed(run: run)) } != nil)
                // Both within the interval that the watch gathers before it reads.
                let now = TrackingStore.systemMilliseconds()
                let last = Metric("loss", 1.5, timestamp: now, step: 7)
                try store.log(Batch(metrics: [last]), run: run)
                try store.updateRun(run, status: .killed)
                try store.close()
                let isPublished = becomesTrue {
                    let seen = events.all
                    let point = seen.lastIndex {
                        if case .run(.step(run, _)) = $0 { true } else { false }
                    }
                    let change = seen.lastIndex(of: .run(.changed(run: run)))
                    guard let point, let change else { return false }
                    return point < change
                }
                #expect(isPublished)
            }
        }
    }

    @Test func theRunsOfThisProcessAreNotPublishedTwice() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let events = EventRecorder(workspace.events)
                let run = try workspace.runs.start(test.request()).id
                _ = try workspace.runs.wait(for: run)
                // The publication of a foreign run shows that the watch has read everything before.
                let store = try TrackingStore(path: "\(test.home)/workbench.db")
                let other = try store.createRun(NewRun()).id
                try store.close()
                #expect(events.first { $0 == .run(.changed(run: other)) } != nil)
                #expect(events.points(of: run).map(\.step) == [0, 1, 2, 3, 4, 5])
            }
        }
    }

    @Test func changesOfTheRegistryAndTheDataArePublished() throws {
        try TestWorkspace.with { test in
            try test.opened { watching in
                let events = EventRecorder(watching.events)
                try test.opened { other in
                    _ = try other.datasets.add(path: test.data)
                    #expect(events.first { $0 == .datasetsChanged } != nil)
                    let run = try other.runs.start(test.request(steps: 1)).id
                    _ = try other.runs.wait(for: run)
                    try other.registry.register(run: run, as: "facts")
                    #expect(events.first { $0 == .registryChanged(name: "facts") } != nil)
                }
            }
        }
    }

    @Test func withoutChangesTheWatchNeverWakes() throws {
        try TemporaryFolder.with { folder in
            let changes = Mutex<[FolderWatch.Change]>([])
            let watch = try FolderWatch(folders: [folder]) { change in
                changes.withLock { $0.append(change) }
            }
            try TestWorkspace.write("x", to: "\(folder)/file")
            #expect(becomesTrue { changes.withLock { !$0.isEmpty } })
            #expect(changes.withLock { $0[0].folders } == [0])
            // One more read after a close; then the thread blocks without a time limit.
            #expect(becomesTrue { watch.waitsWithoutLimit })
            watch.close()
        }
    }
}
