import Platform
import Tensors

extension Workspace {
    /// Ends the process with a message, by calling `end`, if memory for a buffer cannot be
    /// allocated.
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
