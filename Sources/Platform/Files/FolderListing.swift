internal import Glibc

/// The names in a folder, in byte order.
package enum FolderListing {
    /// The names in a folder.
    ///
    /// - Throws: ``PlatformError``, with the code `notFound` if there is no such folder.
    package static func names(in folder: String) throws(PlatformError) -> [String] {
        guard let names = entries(of: opendir(folder)) else {
            throw PlatformError("The folder \(folder) cannot be read")
        }
        return names.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The same; empty if there is no such folder.
    package static func namesIfPresent(in folder: String) throws(PlatformError) -> [String] {
        do throws(PlatformError) { return try names(in: folder) } catch {
            guard error.code == .notFound else { throw error }
            return []
        }
    }

    /// The names in an open folder, as bytes; nil with `errno` if they cannot be read.
    package static func names(in folder: Int32) -> [[UInt8]]? {
        // Closing the stream closes its descriptor, and the caller still needs its own.
        let own = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard own >= 0 else { return nil }
        guard let stream = fdopendir(own) else {
            close(own)
            return nil
        }
        return entries(of: stream)
    }

    /// The number of names; nil with `errno` if they cannot be read.
    package static func count(in folder: String) -> Int? { entries(of: opendir(folder))?.count }

    private static func entries(of stream: OpaquePointer?) -> [[UInt8]]? {
        guard let stream else { return nil }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != dot, name != dots { names.append(name) }
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private static let dot = Array(".".utf8)
    private static let dots = Array("..".utf8)
}
