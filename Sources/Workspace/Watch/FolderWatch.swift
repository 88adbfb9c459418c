import Database
import Glibc
import Platform

/// Reports changes in a few folders: a thread blocked in `poll`, without a timer.
///
/// Changes in quick succession are reported once. A file that its last writer closes is reported a
/// second time a little later, because the kernel reports the close before it releases the lock.
package final class FolderWatch: Sendable {
    /// What changed.
    package struct Change: Equatable, Sendable {
        /// The changed folders, by their index in the watched list.
        package var folders: Set<Int> = []
        /// Whether a file open for writing was closed, even by the end of its process.
        var hasClosed = false
        /// Whether a check was requested.
        var isAsked = false
        /// Whether this process has committed something.
        var hasCommitted = false

        var isEmpty: Bool { folders.isEmpty && !hasClosed && !isAsked && !hasCommitted }

        mutating func merge(_ other: Change) {
            folders.formUnion(other.folders)
            hasClosed = hasClosed || other.hasClosed
            isAsked = isAsked || other.isAsked
            hasCommitted = hasCommitted || other.hasCommitted
        }
    }

    /// The time for which changes are collected, in milliseconds.
    private static let collectDelay: Int32 = 20
    /// The delay before a closed file is reported again, in milliseconds.
    private static let repeatDelay: Int32 = 100

    private let inotify: Int32
    private let wakeRead: Int32
    private let wakeWrite: Int32
    private let isClosing = Guarded(false)
    private let isIdle = Guarded(false)
    private let thread = Guarded<ServiceThread?>(nil)

    /// Watches the folders and calls `changed` on the watch's own thread.
    package init(
        folders: [String],
        changed: @escaping @Sendable (Change) -> Void
    ) throws(WorkspaceError) {
        var pipe: [Int32] = [-1, -1]
        inotify = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard inotify >= 0, Glibc.pipe(&pipe) == 0 else {
            throw WorkspaceError(PlatformError("The workspace cannot be watched", errno))
        }
        (wakeRead, wakeWrite) = (pipe[0], pipe[1])
        for descriptor in pipe {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        }
        let mask = UInt32(IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_CLOSE_WRITE)
        var places: [Int32: Int] = [:]
        for (place, folder) in folders.enumerated() {
            let watch = inotify_add_watch(inotify, folder, mask)
            guard watch >= 0 else {
                let error = WorkspaceError(PlatformError("\(folder) cannot be watched", errno))
                for descriptor in [inotify, wakeRead, wakeWrite] { Glibc.close(descriptor) }
                throw error
            }
            places[watch] = place
        }
        let source = Source(inotify: inotify, wakeRead: wakeRead, places: places)
        let (isClosing, isIdle) = (self.isClosing, self.isIdle)
        let started = try WorkspaceError.translating {
            try ServiceThread(name: "wb-watch") {
                Self.run(source, isClosing: isClosing, isIdle: isIdle, changed: changed)
            }
        }
        thread.withLock { $0 = started }
    }

    deinit { close() }

    /// Whether the thread blocks without a timeout.
    package var waitsWithoutLimit: Bool { isIdle.withLock { $0 } }

    /// Why the watch is woken.
    enum Wake: UInt8 {
        /// Something may have changed.
        case look
        /// This process has committed something.
        case commit
    }

    /// Requests a call of `changed`.
    func wake(_ reason: Wake) {
        var byte = reason.rawValue
        Glibc.write(wakeWrite, &byte, 1)
    }

    /// Ends the watch and its thread.
    package func close() {
        let isFirst = isClosing.withLock { closing in
            defer { closing = true }
            return !closing
        }
        guard isFirst else { return }
        wake(.look)
        thread.withLock { $0 }?.join()
        for descriptor in [inotify, wakeRead, wakeWrite] { Glibc.close(descriptor) }
    }

    private static func run(
        _ source: Source,
        isClosing: Guarded<Bool>,
        isIdle: Guarded<Bool>,
        changed: (Change) -> Void
    ) {
        var mustRepeat = false
        while !isClosing.withLock({ $0 }) {
            isIdle.withLock { $0 = !mustRepeat }
            var change = source.wait(milliseconds: mustRepeat ? repeatDelay : -1)
            isIdle.withLock { $0 = false }
            if change.isEmpty {
                if mustRepeat {
                    mustRepeat = false
                    changed(Change(hasClosed: true))
                }
                continue
            }
            // Changes meanwhile wait in the kernel, which merges equal ones: a writer that never pauses
            // costs two calls in that time, and is reported.
            poll(nil, 0, collectDelay)
            change.merge(source.wait(milliseconds: 0))
            if isClosing.withLock({ $0 }) { return }
            if change.hasClosed { mustRepeat = true }
            changed(change)
        }
    }

    /// The two descriptors that the thread blocks on.
    private struct Source: Sendable {
        let inotify: Int32
        let wakeRead: Int32
        let places: [Int32: Int]

        /// Blocks until an event or the timeout (-1 for none), and empties both.
        func wait(milliseconds: Int32) -> Change {
            var sources = [
                pollfd(fd: inotify, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wakeRead, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&sources, 2, milliseconds) > 0 else { return Change() }
            var change = Change()
            if sources[1].revents != 0 {
                var bytes = [UInt8](repeating: 0, count: 64)
                var count = bytes.count
                while count == bytes.count {
                    count = read(wakeRead, &bytes, bytes.count)
                    let reasons = bytes.prefix(max(0, count))
                    change.isAsked = change.isAsked || reasons.contains(Wake.look.rawValue)
                    change.hasCommitted =
                        change.hasCommitted || reasons.contains(Wake.commit.rawValue)
                }
            }
            if sources[0].revents != 0 { drain(into: &change) }
            return change
        }

        private func drain(into change: inout Change) {
            var buffer = [UInt8](repeating: 0, count: 1 << 14)
            let header = MemoryLayout<inotify_event>.size
            while true {
                let count = buffer.withUnsafeMutableBytes {
                    read(inotify, $0.baseAddress, $0.count)
                }
                guard count > 0 else { return }
                buffer.withUnsafeBytes { bytes in
                    var offset = 0
                    while offset + header <= count {
                        let event = bytes.loadUnaligned(
                            fromByteOffset: offset,
                            as: inotify_event.self
                        )
                        // An overflowed queue names no folder: any may have changed.
                        if let place = places[event.wd] {
                            change.folders.insert(place)
                        } else {
                            change.folders.formUnion(places.values)
                        }
                        if event.mask & UInt32(IN_CLOSE_WRITE) != 0 { change.hasClosed = true }
                        offset += header + Int(event.len)
                    }
                }
            }
        }
    }
}
