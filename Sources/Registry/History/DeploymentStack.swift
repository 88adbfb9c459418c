/// The deployments of a model as a stack, from its history.
struct DeploymentStack {
    private var versions: [Int] = []
    /// Every version that was ever deployed, each once, in order of last deployment.
    private(set) var deployedOnce: [Int] = []

    /// Builds the stack from the changes that apply, oldest first.
    init(_ changes: [RegistryChange]) {
        for change in changes {
            if change.action == .deleteModel {
                versions = []
                deployedOnce = []
                continue
            }
            guard change.deployedBefore != change.deployedAfter else { continue }
            // Other programs deploy without an entry in the history.
            if let before = change.deployedBefore, versions.last != before {
                versions.append(before)
            }
            note(change.deployedBefore)
            note(change.deployedAfter)
            guard let after = change.deployedAfter else { continue }
            if change.action == .rollback, let place = versions.lastIndex(of: after) {
                versions.removeSubrange((place + 1)...)
            } else {
                versions.append(after)
            }
        }
    }

    private mutating func note(_ version: Int?) {
        guard let version else { return }
        deployedOnce.removeAll { $0 == version }
        deployedOnce.append(version)
    }

    /// The deployment below the present one that still exists.
    mutating func version(before current: Int?, among existing: Set<Int>) -> Int? {
        while let top = versions.last, top == current || !existing.contains(top) {
            versions.removeLast()
        }
        return versions.last
    }
}
