internal import Glibc

extension Files {
    /// All bytes of a file; nil if it does not exist.
    package static func read(_ path: String) throws(PlatformError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw PlatformError("\(path) cannot be read")
        }
        defer { close(descriptor) }
        let buffer = pieceBuffer()
        defer { buffer.deallocate() }
        var bytes: [UInt8] = []
        while let piece = try nextPiece(of: descriptor, path, buffer) { bytes += piece }
        return bytes
    }

    /// Reads a file in pieces; returns its length.
    @discardableResult
    package static func read(
        _ path: String,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Int {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw PlatformError("\(path) cannot be read") }
        defer { close(descriptor) }
        let buffer = pieceBuffer()
        defer { buffer.deallocate() }
        var total = 0
        while let piece = try nextPiece(of: descriptor, path, buffer) {
            try body(piece)
            total += piece.count
        }
        return total
    }

    /// A file as text; invalid UTF-8 is replaced, and a missing file is empty.
    package static func text(_ path: String) throws(PlatformError) -> String {
        String(decoding: try read(path) ?? [], as: UTF8.self)
    }

    /// Writes a file atomically: a reader sees the old content or the new.
    ///
    /// The target of a symbolic link is written; the link stays.
    package static func write(
        _ bytes: some Sequence<UInt8>,
        to path: String,
        mode: UInt32 = 0o600
    ) throws(PlatformError) {
        try OutputFile.write(bytes, to: path, replaces: true, mode: mode)
    }

    /// Appends bytes to an open file, which errors call `path`.
    package static func append(
        _ bytes: some Sequence<UInt8>,
        to descriptor: Int32,
        path: String
    ) throws(PlatformError) {
        let number = DescriptorWriter.write(bytes, to: descriptor)
        guard number == 0 else { throw PlatformError(writing: path, number) }
    }

    /// Creates a file with content; it is durable when this returns.
    ///
    /// - Parameters:
    ///   - name: The name for errors, if the file is renamed later.
    ///   - replaces: Whether an existing file is overwritten in place.
    package static func writeNew(
        _ bytes: some Sequence<UInt8>,
        to path: String,
        as name: String? = nil,
        mode: UInt32 = 0o600,
        replaces: Bool = false
    ) throws(PlatformError) {
        let file = try NewFile(path, as: name, mode: mode, replaces: replaces)
        try file.append(bytes)
        try file.finish()
    }

    /// Copies a file; the copy is durable when this returns.
    package static func copy(_ source: String, to path: String) throws(PlatformError) {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw PlatformError("\(source) cannot be read") }
        defer { close(input) }
        let output = try NewFile(path)
        let buffer = pieceBuffer()
        defer { buffer.deallocate() }
        while let piece = try nextPiece(of: input, source, buffer) { try output.append(piece) }
        try output.finish()
    }

    /// Copies a file to a path, replacing a file there: completely or not at all.
    package static func copy(
        _ source: String,
        replacing path: String,
        mode: UInt32
    ) throws(PlatformError) {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw PlatformError("\(source) cannot be read") }
        defer { close(input) }
        let buffer = pieceBuffer()
        defer { buffer.deallocate() }
        try NewFile.replace(path, mode: mode) { output throws(PlatformError) in
            while let piece = try nextPiece(of: input, source, buffer) { try output.append(piece) }
        }
    }

    private static func pieceBuffer() -> UnsafeMutableRawBufferPointer {
        .allocate(byteCount: 1 << 18, alignment: 64)
    }

    /// The next bytes of an open file; nil at its end.
    private static func nextPiece(
        of descriptor: Int32,
        _ path: String,
        _ buffer: UnsafeMutableRawBufferPointer
    ) throws(PlatformError) -> UnsafeRawBufferPointer? {
        let count = uninterrupted { Glibc.read(descriptor, buffer.baseAddress, buffer.count) }
        guard count >= 0 else { throw PlatformError("\(path) cannot be read") }
        return count == 0 ? nil : UnsafeRawBufferPointer(rebasing: buffer[..<count])
    }
}
