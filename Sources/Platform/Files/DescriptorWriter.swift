internal import Glibc

/// Writing to an open descriptor, whatever it is.
package enum DescriptorWriter {
    /// Writes all of `bytes`, in spite of interruptions and short writes.
    ///
    /// - Returns: 0, or the `errno` of the write that failed.
    package static func write(_ bytes: some Sequence<UInt8>, to descriptor: Int32) -> Int32 {
        let whole = bytes.withContiguousStorageIfAvailable {
            write(UnsafeRawBufferPointer($0), to: descriptor)
        }
        if let whole { return whole }
        return ContiguousArray(bytes).withUnsafeBytes { write($0, to: descriptor) }
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
        var done = 0
        while done < bytes.count {
            let count = Glibc.write(
                descriptor,
                bytes.baseAddress.map { $0 + done },
                bytes.count - done
            )
            if count >= 0 {
                done += count
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                // Another process made the terminal or pipe non-blocking.
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                if poll(&waiting, 1, -1) < 0, errno != EINTR { return errno }
            default: return errno
            }
        }
        return 0
    }
}
