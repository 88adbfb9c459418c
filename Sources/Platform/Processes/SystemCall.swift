internal import Glibc

/// The system's message for an error number, such as "No such file or directory".
package func systemMessage(_ number: Int32) -> String {
    let capacity = 256
    var text = [CChar](repeating: 0, count: capacity)
    guard strerror_r(number, &text, capacity) == 0 else { return "error \(number)" }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}

/// Repeats a system call as long as a signal interrupts it.
@discardableResult
package func uninterrupted<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result != -1 || errno != EINTR { return result }
    }
}
