import EventBus
import Synchronization
import Testing

private final class Recorder: Sendable {
    private let events = Mutex<[Int]>([])
    var recorded: [Int] { events.withLock { $0 } }
    func append(_ event: Int) { events.withLock { $0.append(event) } }
}

@Test func everySubscriberReceivesEventsInOrder() {
    let bus = EventBus<Int>()
    let first = Recorder()
    let second = Recorder()
    let subscriptions = [bus.subscribe(first.append), bus.subscribe(second.append)]
    for event in 0..<5 { bus.publish(event) }
    #expect(first.recorded == [0, 1, 2, 3, 4])
    #expect(second.recorded == first.recorded)
    #expect(bus.subscriberCount == subscriptions.count)
}

@Test func cancelledSubscriptionReceivesNothingMore() {
    let bus = EventBus<Int>()
    let recorder = Recorder()
    let subscription = bus.subscribe(recorder.append)
    bus.publish(1)
    subscription.cancel()
    subscription.cancel()
    bus.publish(2)
    #expect(recorder.recorded == [1])
    #expect(bus.subscriberCount == 0)
}

@Test func releasingASubscriptionEndsIt() {
    let bus = EventBus<Int>()
    let recorder = Recorder()
    var subscription: Subscription? = bus.subscribe(recorder.append)
    bus.publish(1)
    #expect(subscription != nil)
    subscription = nil
    bus.publish(2)
    #expect(recorder.recorded == [1])
}

@Test func aSubscriberMayPublishAndUnsubscribeFromWithin() {
    let bus = EventBus<Int>()
    let recorder = Recorder()
    let held = Mutex<Subscription?>(nil)
    let subscription = bus.subscribe { event in
        recorder.append(event)
        let own = held.withLock { $0 }
        own?.cancel()
        if event == 1 { bus.publish(2) }
    }
    held.withLock { $0 = subscription }
    bus.publish(1)
    #expect(recorder.recorded == [1])
    #expect(bus.subscriberCount == 0)
}

@Test func publishingFromManyThreadsLosesNothing() async {
    let bus = EventBus<Int>()
    let recorder = Recorder()
    let subscription = bus.subscribe(recorder.append)
    await withTaskGroup(of: Void.self) { group in
        for publisher in 0..<8 {
            group.addTask {
                for event in 0..<100 { bus.publish(publisher * 100 + event) }
            }
        }
    }
    subscription.cancel()
    #expect(recorder.recorded.sorted() == Array(0..<800))
    for publisher in 0..<8 {
        let own = recorder.recorded.filter { $0 / 100 == publisher }
        #expect(own == own.sorted())
    }
}
