import Platform
import Tensors

extension Workspace {
    /// Has the process end with a message, and by `end`, where the system gives no memory for a
    /// buffer.
    package static func endWhenMemoryIsExhausted(
        _ end: @escaping @Sendable (WorkspaceError) -> Never
    ) {
        MemoryExhaustion.handle { byteCount in
            let error = WorkspaceError(
                .failed,
                "The system gave no \((byteCount + 999_999) / 1_000_000) MB of memory for a buffer.",
                hint:
                    "End what takes the memory, or raise the limit (`ulimit -v`); a run resumes from "
                    + "its last checkpoint."
            )
            end(error)
        }
    }
}
