internal import Glibc

extension Files {
    /// All bytes of a file; nil where there is none.
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

    /// A file as text; what is not UTF-8 is replaced, and where there is no file there is no text.
    package static func text(_ path: String) throws(PlatformError) -> String {
        String(decoding: try read(path) ?? [], as: UTF8.self)
    }

    /// Writes a file so that a reader sees the old content or the new, never a part; a symbolic
    /// link stays, and what it leads to is written.
    package static func write(
        _ bytes: some Sequence<UInt8>,
        to path: String,
        mode: UInt32 = 0o600
    ) throws(PlatformError) {
        try OutputFile.write(bytes, to: path, replaces: true, mode: mode)
    }

    /// Writes bytes to the end of an open file, which errors call `path`.
    package static func append(
        _ bytes: some Sequence<UInt8>,
        to descriptor: Int32,
        path: String
    ) throws(PlatformError) {
        let number = DescriptorWriter.write(bytes, to: descriptor)
        guard number == 0 else { throw PlatformError(writing: path, number) }
    }

    /// Writes a file that is not there yet; when this returns it is on the disk.
    ///
    /// - Parameters:
    ///   - name: What errors call the file, where it gets its own name later.
    ///   - replaces: Whether a file that is there is overwritten in its place.
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

    /// Copies a file; when this returns the copy is on the disk.
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
