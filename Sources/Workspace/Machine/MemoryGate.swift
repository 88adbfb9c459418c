/// Refuses work that would not fit into memory, before any of it is allocated.
struct MemoryGate: Sendable {
    /// Bytes that this process may still take; nil where the system does not say.
    let available: @Sendable () -> Int64?

    /// The gate of this machine.
    static let machine = MemoryGate { AvailableMemory().read() }

    /// Whether so many bytes are there.
    func admits(_ byteCount: Int) -> Bool {
        available().map { byteCount <= $0 } ?? true
    }

    /// Lets work through that takes so many bytes, if they are there.
    ///
    /// - Throws: ``WorkspaceError`` with the code `conflict`, which names both figures.
    func admit(_ byteCount: Int, for what: String, hint: String) throws(WorkspaceError) {
        guard let available = available(), byteCount > available else { return }
        throw WorkspaceError(
            .conflict,
            "\(what) would take about \(Self.text(Int64(byteCount))) of memory, and "
                + "\(Self.text(available)) are available.",
            hint: hint
        )
    }

    /// Bytes in decimal units, with a digit after the point for gigabytes.
    private static func text(_ bytes: Int64) -> String {
        guard bytes >= 1_000_000_000 else { return "\((bytes + 999_999) / 1_000_000) MB" }
        let tenths = (bytes + 50_000_000) / 100_000_000
        return "\(tenths / 10).\(tenths % 10) GB"
    }
}
