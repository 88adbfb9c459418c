internal import Glibc

extension ProcessGroup {
    /// Sends a signal to every process of the group.
    package func send(_ signal: Int32) { kill(-number, signal) }

    /// Halts the group, until it is told to continue.
    package func halt() { send(SIGSTOP) }

    /// Lets a halted group continue.
    package func proceed() { send(SIGCONT) }
}
