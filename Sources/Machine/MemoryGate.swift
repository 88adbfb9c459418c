internal import Glibc
internal import Platform

/// Refuses work that would not fit into memory, before any of it is allocated.
package struct MemoryGate: Sendable {
    /// Bytes that this process may still allocate; nil if the system does not report them.
    private let available: @Sendable () -> Int64?

    /// The gate of this machine.
    package static let machine = MemoryGate { AvailableMemory().read() }

    /// Creates a gate that calls `available` before each piece of work.
    package init(available: @escaping @Sendable () -> Int64?) { self.available = available }

    /// Whether `byteCount` bytes are available.
    package func admits(_ byteCount: Int) -> Bool {
        (available().map { byteCount <= $0 } ?? true) && Self.canMap(byteCount)
    }

    /// Checks that the memory for some work is available.
    ///
    /// - Throws: ``MachineError`` with both figures.
    ///
    /// The hint may be costly; it is evaluated only if needed.
    package func admit(
        _ byteCount: Int,
        for what: String,
        hint: @autoclosure () -> String
    ) throws(MachineError) {
        let amount = Self.text(Int64(byteCount))
        if let available = available(), byteCount > available {
            throw MachineError(
                .insufficientMemory,
                "\(what) would take about \(amount) of memory, and "
                    + "\(Self.text(available)) are available.",
                hint: hint() + Self.limitNote
            )
        }
        guard Self.canMap(byteCount) else {
            throw MachineError(
                .insufficientMemory,
                "\(what) would take about \(amount) of memory, which the system refuses.",
                hint: hint() + Self.limitNote
            )
        }
    }

    /// A note if the process is limited.
    private static var limitNote: String {
        AvailableMemory().readAddresses() == nil
            ? "" : " This process is limited by `ulimit -v` or `ulimit -d`."
    }

    /// Checks that a file of `byteCount` bytes can be mapped, which takes address space and no
    /// memory.
    package static func admitMapping(
        _ byteCount: Int64,
        of path: String,
        room: Int64? = AvailableMemory().readAddresses()
    ) throws(MachineError) {
        guard let room, byteCount > room else { return }
        throw MachineError(
            .insufficientMemory,
            "\(path) takes \(text(byteCount)) of addresses, and the limit of this process leaves "
                + "\(text(room)).",
            hint: "Raise it: `ulimit -v unlimited`."
        )
    }

    /// Whether the kernel can map so many bytes now; none of them is touched.
    private static func canMap(_ byteCount: Int) -> Bool {
        guard byteCount > 0 else { return true }
        let (access, kind) = (PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS)
        guard let start = mmap(nil, byteCount, access, kind, -1, 0),
            start != UnsafeMutableRawPointer(bitPattern: -1)
        else { return false }
        munmap(start, byteCount)
        return true
    }

    /// Bytes in decimal units, with one digit after the point for gigabytes.
    private static func text(_ bytes: Int64) -> String {
        guard bytes >= 1_000_000_000 else { return "\((bytes + 999_999) / 1_000_000) MB" }
        let tenths = (bytes + 50_000_000) / 100_000_000
        return "\(tenths / 10).\(tenths % 10) GB"
    }
}
