/// A value of a GGUF file's metadata in the bytes in which it is stored, its type's code first.
///
/// What is copied from one file to another goes this way, so that nothing of
/// it changes: `GGUFValue` does not tell a number's width.
public struct GGUFStoredValue: Sendable {
    /// Its key.
    public let key: String
    private let range: Range<Int>
    private let file: MappedFile

    init(key: String, range: Range<Int>, file: MappedFile) {
        self.key = key
        self.range = range
        self.file = file
    }

    /// The type's code, then the value.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: file.bytes[range]) }
}
