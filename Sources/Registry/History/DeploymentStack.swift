/// The deployments of a model on top of each other, as its history tells them.
struct DeploymentStack {
    private var versions: [Int] = []

    /// Builds the stack of the changes that stand, the oldest first.
    init(_ changes: [RegistryChange]) {
        for change in changes {
            if change.action == .deleteModel {
                versions = []
                continue
            }
            guard change.deployedBefore != change.deployedAfter else { continue }
            // Other programs deploy without telling the history.
            if let before = change.deployedBefore, versions.last != before {
                versions.append(before)
            }
            guard let after = change.deployedAfter else { continue }
            if change.action == .rollback, let place = versions.lastIndex(of: after) {
                versions.removeSubrange((place + 1)...)
            } else {
                versions.append(after)
            }
        }
    }

    /// The deployment under the present one that still exists.
    mutating func version(before current: Int?, among existing: Set<Int>) -> Int? {
        while let top = versions.last, top == current || !existing.contains(top) {
            versions.removeLast()
        }
        return versions.last
    }
}
