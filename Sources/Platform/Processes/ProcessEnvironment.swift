internal import Glibc

/// The environment and the program of this process.
public enum ProcessEnvironment {
    /// The environment's variables; of two with one name the first is used.
    public static var variables: [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text)
                .split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, variables[String(parts[0])] == nil {
                variables[String(parts[0])] = String(parts[1])
            }
            entry += 1
        }
        return variables
    }

    /// The number of this process.
    package static var number: Int32 { getpid() }

    /// The home folder of this process's user: `$HOME`, else the one of the user database.
    package static func home(_ environment: [String: String] = variables) -> String {
        if let home = environment["HOME"], !home.isEmpty { return home }
        return getpwuid(getuid()).flatMap { $0.pointee.pw_dir }.map { String(cString: $0) } ?? "/"
    }

    /// The program's own file.
    package static var executable: String? { ResolvedPath.linkTarget("/proc/self/exe") }
}
