import Database
import Platform
import Synchronization
import Testing
import TestStores
import Tracking

@Suite struct AlertCourierTests {
    let folder = TemporaryFolder()

    final class World: Sendable {
        struct Values {
            var time = 1_000_000_000
            var isBroken = true
            var sent: [String] = []
            var targets = ["command", "webhook"]
        }
        let values = Mutex(Values())
    }

    let world = World()

    private func open() throws -> TrackingStore {
        try folder.open { configuration in
            configuration.now = { [world] in world.values.withLock { $0.time } }
        }
    }

    private func courier(_ store: TrackingStore) -> AlertCourier {
        AlertCourier(
            store,
            targets: { [world] level in
                level >= .warning ? world.values.withLock { $0.targets } : []
            },
            send: { [world] alert, target in
                try world.values.withLock { values in
                    values.sent.append("\(target) \(alert.id)")
                    if values.isBroken, target == "webhook" {
                        throw TrackingError(.storage, "503")
                    }
                }
            }
        )
    }

    private func raise(_ level: Alert.Level, in store: TrackingStore) throws -> Int {
        let request = AlertRequest(level, "\(level)", source: Alert.Source(.script))
        return try #require(try store.raise(request)).id
    }

    @Test func aDeliveryIsRetriedLaterAndByAnotherProcess() throws {
        let store = try open()
        let courier = courier(store)
        #expect(try !courier.isNeeded())
        _ = try raise(.info, in: store)
        let id = try raise(.error, in: store)
        #expect(try courier.evaluate() == 5)
        #expect(world.values.withLock { $0.sent } == ["command \(id)", "webhook \(id)"])
        // Too early.
        #expect(try courier.evaluate() == 5)
        world.values.withLock { $0.time += 5_000 }
        #expect(try courier.evaluate() == 10)
        #expect(try store.alert(id)?.deliveries.last?.problem == "503")
        world.values.withLock {
            $0.time += 10_000
            $0.isBroken = false
        }
        let next = self.courier(store)
        #expect(try next.isNeeded())
        #expect(try next.evaluate() == nil)
        #expect(try store.alert(id)?.deliveries.map(\.state) == [.delivered, .delivered])
        #expect(world.values.withLock { $0.sent.count } == 4)
        #expect(try !next.isNeeded())
    }

    @Test func aDeliveryIsGivenUpAfterHours() throws {
        let store = try open()
        let id = try raise(.warning, in: store)
        let courier = courier(store)
        var waited = 0.0
        while let wait = try courier.evaluate() {
            waited += wait
            world.values.withLock { $0.time += Int(wait * 1000) }
        }
        #expect((4 * 3600.0...6 * 3600).contains(waited))
        let delivery = try #require(try store.alert(id)?.deliveries.last)
        #expect(delivery.state == .failed && delivery.attempts == AlertCourier.limit)
    }

    @Test func anEndingProcessLeavesTheDeliveryToTheNext() throws {
        let store = try open()
        let id = try raise(.warning, in: store)
        let ending = AlertCourier(
            store,
            targets: { _ in ["command"] },
            send: { _, _ in throw CancellationError() }
        )
        #expect(throws: CancellationError.self) { try ending.evaluate() }
        #expect(try store.alert(id)?.deliveries.map(\.attempts) == [0])
    }
}
