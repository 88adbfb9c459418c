import FoundationEssentials
import Glibc
import JSON
import Platform
package import Tensors
package import Training

/// The measured speeds of this machine, kept between processes in a file of the user's cache.
///
/// A file is for one processor, set of kernels and number of threads. What cannot be read is
/// measured again.
package struct SpeedBook: Sendable {
    private static let version = 1
    /// The most recent speeds that are kept.
    private static let capacity = 64

    private let folder: String
    private let processor: @Sendable () -> String
    private let probe: @Sendable (WorkerPool) -> Double
    /// One thread of this process at a time reads and writes the file; of two processes the last wins.
    private let guarded = Guarded<Void>(())
    private let measuring = Guarded(0)
    private let failure = Guarded(Failure.none)

    /// Whether the file could not be written, and whether that was taken.
    private enum Failure { case none, untaken, taken }

    /// The speeds in a folder.
    ///
    /// - Parameters:
    ///   - processor: The name of the processor.
    ///   - probe: The seconds of a fixed amount of work now.
    package init(
        folder: String,
        processor: @escaping @Sendable () -> String = { Processor.name },
        probe: @escaping @Sendable (WorkerPool) -> Double = SpeedProbe.seconds
    ) {
        self.folder = folder
        self.processor = processor
        self.probe = probe
    }

    /// The speeds in the cache of this user.
    package init(environment: [String: String]) {
        self.init(folder: "\(UserCache.folder(environment: environment))/measured")
    }

    /// A speed for some work, and what it rests on; nil if nothing comparable was measured.
    ///
    /// - Parameter isIdle: Whether nothing in this process computes, so that the probe tells the
    ///   machine's own speed.
    package func speed(
        of subject: RunSpeed.Subject,
        _ work: StepWork,
        on pool: WorkerPool,
        isIdle: Bool
    ) -> (speed: RunSpeed, basis: TimeBasis)? {
        let known = guarded.withLock { _ in read(file(pool)) }
        guard let nearest = Self.nearest(to: subject, work, in: known) else { return nil }
        var speed = nearest
        speed.rate = nearest.rate.scaled(from: nearest.work, to: work)
        if nearest.subject.model != subject.model, nearest.work.evaluation > 0 {
            speed.secondsPerAnswering *= work.evaluation / nearest.work.evaluation
        }
        var isExact = nearest.subject == subject && !nearest.isDoubted
        if isIdle, measuring.withLock({ $0 }) == 0 {
            let ratio = probe(pool) / nearest.probe
            if max(ratio, 1 / ratio) > RunSpeed.tolerance {
                speed.slow(by: ratio)
                isExact = false
            }
        }
        return (speed, isExact ? .remembered : .scaled)
    }

    /// Measures a speed, if `measure` can, and keeps it.
    package func measured(
        on pool: WorkerPool,
        _ measure: () throws -> RunSpeed?
    ) rethrows -> RunSpeed? {
        measuring.withLock { $0 += 1 }
        defer { measuring.withLock { $0 -= 1 } }
        guard var speed = try measure() else { return nil }
        speed.probe = probe(pool)
        return change(on: pool) { known in
            let former = known.firstIndex { $0.subject == speed.subject }
            if let former { speed = known.remove(at: former).measuredAgain(speed) }
            known.insert(speed, at: 0)
            return speed
        }
    }

    /// Learns from a run that finished.
    package func learn(
        _ subject: RunSpeed.Subject,
        on pool: WorkerPool,
        forecast: Double,
        actual: Double
    ) {
        // What takes a moment says little.
        guard min(forecast, actual) >= Self.shortestRun else { return }
        change(on: pool) { known in
            guard let place = known.firstIndex(where: { $0.subject == subject }) else { return }
            known[place].learn(forecast: forecast, actual: actual)
        }
    }

    /// The folder, if a speed could not be written there, once.
    package func takeUnwritableFolder() -> String? {
        failure.withLock { failure in
            guard failure == .untaken else { return nil }
            failure = .taken
            return folder
        }
    }

    private static let shortestRun = 5.0

    /// The speed that tells most about some work: of the same model, the same data, and the most
    /// similar amount.
    private static func nearest(
        to subject: RunSpeed.Subject,
        _ work: StepWork,
        in known: [RunSpeed]
    ) -> RunSpeed? {
        if let exact = known.first(where: { $0.subject == subject }) { return exact }
        func distance(_ speed: RunSpeed) -> Double {
            let ratio = work.training / max(1, speed.work.training)
            return abs(log(max(ratio, .leastNormalMagnitude)))
                + (speed.subject.data == subject.data ? 0 : 1)
                + (speed.subject.model == subject.model ? 0 : 10)
        }
        return known.filter { $0.subject.arithmetic == subject.arithmetic }
            .min { distance($0) < distance($1) }
    }

    @discardableResult
    private func change<Result>(
        on pool: WorkerPool,
        _ body: (inout [RunSpeed]) -> Result
    ) -> Result {
        guarded.withLock { _ in
            let file = file(pool)
            var known = read(file)
            let result = body(&known)
            known = Array(known.prefix(Self.capacity))
            if let bytes = try? JSONEncoder().encode(known), !file.write(Array(bytes)) {
                failure.withLock { if $0 == .none { $0 = .untaken } }
            }
            return result
        }
    }

    private func read(_ file: CacheFile) -> [RunSpeed] {
        file.read().flatMap { try? decodeJSON([RunSpeed].self, from: $0) } ?? []
    }

    private func file(_ pool: WorkerPool) -> CacheFile {
        CacheFile(
            folder: folder,
            kind: "speed",
            version: Self.version,
            key: "\(processor())|\(InstructionSet.name)|\(pool.threadCount)"
        )
    }
}
