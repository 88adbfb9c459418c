/// A value of a GGUF file's metadata in its stored bytes, starting with the type's code.
///
/// Values are copied between files in this form without changes: `GGUFValue` does not keep a
/// number's width.
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
