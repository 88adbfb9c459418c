import Platform

/// What keeps a task from running: other work on its key, or the use of all slots of a tag.
struct TaskBlock: Error, Equatable {
    /// The tag; nil if it is the key.
    var tag: String?
    /// What it waits for, in a sentence.
    var reason: String

    static let key = TaskBlock(
        tag: nil,
        reason: "The same work is done by another task; its result is used then."
    )

    static func tag(_ tag: String, _ limit: Int) -> TaskBlock {
        TaskBlock(
            tag: tag,
            reason: "It waits for the tag \(tag): \(limit) of \(limit) used by other flow runs."
        )
    }
}

/// Locks that keep tasks from running at the same time: of a key, and of the slots of tags.
///
/// The kernel frees them when the process ends.
struct TaskClaims: Sendable {
    private var held: [OwnerLock] = []

    /// Takes the key and a slot of each tag, or nothing.
    static func take(
        key: String,
        _ tags: [String],
        _ limits: FlowLimits,
        _ folders: FlowFolders
    ) throws -> Result<TaskClaims, TaskBlock> {
        var claims = TaskClaims()
        guard let lock = try OwnerLock.take(folders.lock(key: key)) else { return .failure(.key) }
        claims.held.append(lock)
        for tag in tags {
            guard let limit = limits.tags[tag] else { continue }
            var lock: OwnerLock?
            for slot in 0..<max(0, limit) where lock == nil {
                lock = try OwnerLock.take(folders.lock(tag: tag, slot: slot))
            }
            guard let lock else {
                claims.release()
                return .failure(.tag(tag, limit))
            }
            claims.held.append(lock)
        }
        return .success(claims)
    }

    /// What is in use now, without taking anything; nil if all seems free.
    static func block(
        key: String,
        _ tags: [String],
        _ limits: FlowLimits,
        _ folders: FlowFolders
    ) -> TaskBlock? {
        if OwnerLock.holder(of: folders.lock(key: key)) != nil { return .key }
        for tag in tags {
            guard let limit = limits.tags[tag] else { continue }
            let isFull = (0..<max(0, limit)).allSatisfy {
                OwnerLock.holder(of: folders.lock(tag: tag, slot: $0)) != nil
            }
            if isFull { return .tag(tag, limit) }
        }
        return nil
    }

    func release() {
        for lock in held { lock.release() }
    }
}
