internal import Glibc

extension CapturedProgram {
    /// A running program and what is read from it.
    struct Execution {
        let process: pid_t
        let grace: @Sendable () -> Double
        var sources: [OutputSource]
        private var status: ChildProcess.Status?
        private var failure: (any Error)?
        /// When TERM was sent; nil before, and once all are dead.
        private var terminatedAt: Double?
        /// The bytes that may still be read after the end: what its pipes can hold.
        private var remaining = 1 << 21

        init(process: pid_t, grace: @escaping @Sendable () -> Double, sources: [OutputSource]) {
            self.process = process
            self.grace = grace
            self.sources = sources
        }

        mutating func run(
            isCancelled: () -> Bool,
            started: (ProcessGroup) throws -> Void,
            take: (OutputLine) throws -> Void
        ) throws -> ChildProcess.Status {
            do {
                // Until it was waited for, the system knows a process even if it has ended.
                if let group = ProcessGroup(process) { try started(group) }
            } catch {
                fail(error)
            }
            while !hasEnded {
                if failure == nil, isCancelled() { fail(CancellationError()) }
                if let terminatedAt, monotonicSeconds() >= terminatedAt + grace() { killGroup() }
                if status == nil { status = ChildProcess.status(of: process) }
                let (lines, byteCount) = read(waitsMilliseconds: status == nil ? 20 : 0)
                deliver(lines, take)
                guard status != nil else { continue }
                // What it left behind may keep the pipes open, and may even print for ever.
                remaining -= byteCount
                if byteCount == 0 || remaining < 0 { closeSources() }
                if failure != nil, !hasEnded { usleep(20_000) }
            }
            var rest: [OutputLine] = []
            for place in sources.indices { sources[place].lines.finish(to: &rest) }
            deliver(rest, take)
            if let failure { throw failure }
            return status ?? .exited(-1)
        }

        /// Whether the program has ended and nothing is left to read; after a failure, whether all of
        /// its group have.
        private var hasEnded: Bool {
            guard status != nil, !sources.contains(where: \.isOpen) else { return false }
            return terminatedAt == nil || !ProcessGroup.isAlive(process)
        }

        private mutating func fail(_ error: any Error) {
            failure = error
            terminatedAt = monotonicSeconds()
            kill(-process, SIGTERM)
            // After an error of the reader nobody wants what follows.
            if !(error is CancellationError) { closeSources() }
        }

        private mutating func killGroup() {
            kill(-process, SIGKILL)
            // Dead processes whose parent does not wait for them keep the group's number in use.
            if status != nil { terminatedAt = nil }
        }

        private mutating func closeSources() {
            for place in sources.indices { sources[place].isOpen = false }
        }

        /// Reads what is there, waiting if nothing is.
        private mutating func read(
            waitsMilliseconds: Int32
        ) -> (lines: [OutputLine], byteCount: Int) {
            let open = sources.indices.filter { sources[$0].isOpen }
            guard !open.isEmpty else {
                if waitsMilliseconds > 0 { usleep(2_000) }
                return ([], 0)
            }
            var polled = open.map {
                pollfd(fd: sources[$0].descriptor.number, events: Int16(POLLIN), revents: 0)
            }
            _ = poll(&polled, nfds_t(polled.count), waitsMilliseconds)
            let time = monotonicSeconds()
            var byteCount = 0
            // Standard output is read last and handed on first: what a program prints there comes
            // before the progress bar that it paints again afterwards.
            var lines: [OutputLine] = []
            for place in open.reversed() {
                var own: [OutputLine] = []
                var now = pollfd(
                    fd: sources[place].descriptor.number,
                    events: Int16(POLLIN),
                    revents: 0
                )
                if poll(&now, 1, 0) > 0, now.revents != 0 {
                    byteCount += sources[place].read(at: time, to: &own)
                } else {
                    sources[place].lines.update(at: time, isIdle: true, to: &own)
                }
                lines = own + lines
            }
            return (lines, byteCount)
        }

        /// Hands lines on until that fails, which ends the program.
        private mutating func deliver(_ lines: [OutputLine], _ take: (OutputLine) throws -> Void) {
            for line in lines {
                guard failure == nil || failure is CancellationError else { return }
                do { try take(line) } catch { if failure == nil { fail(error) } }
            }
        }
    }
}

/// One of the outputs of a running program.
struct OutputSource {
    let descriptor: Descriptor
    var lines: LineSplitter
    var isOpen = true
    private let tap: ((UnsafeRawBufferPointer) -> Void)?

    init(
        _ descriptor: Descriptor,
        _ lines: LineSplitter,
        tap: ((UnsafeRawBufferPointer) -> Void)? = nil
    ) {
        self.descriptor = descriptor
        self.lines = lines
        self.tap = tap
    }

    /// Reads once and appends the lines; returns the number of bytes, 0 at the end.
    mutating func read(at time: Double, to lines: inout [OutputLine]) -> Int {
        withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { buffer in
            let count = descriptor.read(into: buffer)
            guard count > 0 else {
                isOpen = false
                return 0
            }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            tap?(bytes)
            self.lines.add(bytes, at: time, to: &lines)
            return count
        }
    }
}
