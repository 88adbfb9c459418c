import Platform
import Tensors

extension Workspace {
    /// Ends the process with a message, by calling `end`, if memory for a buffer cannot be
    /// allocated.
    package static func endWhenMemoryIsExhausted(
        _ end: @escaping @Sendable (WorkspaceError) -> Never
    ) {
        MemoryExhaustion.handle { byteCount in
            let megabytes = (byteCount + 999_999) / 1_000_000
            let error = WorkspaceError(
                .failed,
                "\(megabytes) MB of memory for a buffer could not be allocated.",
                hint:
                    "Close other programs, or raise the limit (`ulimit -v`); a run resumes from "
                    + "its last checkpoint."
            )
            end(error)
        }
    }
}
