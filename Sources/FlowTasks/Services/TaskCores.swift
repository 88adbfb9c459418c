/// The numbers of processor cores that kinds of task use.
enum TaskCores {
    /// All that there are.
    static let all = 1 << 16
    /// None worth counting: the task waits for something else.
    static let none = 0
}
