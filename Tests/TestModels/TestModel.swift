import FoundationEssentials
import Glibc

/// A random Llama small enough that a training step takes a millisecond.
///
/// Its vocabulary is the 256 bytes, a few merges, and `<|endoftext|>`,
/// `<|im_start|>`, `<|im_end|>`; its chat template is ChatML.
public struct TestModel: Sendable {
    /// The type of the matrices; norms are always F32.
    public var type = TestWeightType.f32
    /// The name in the file.
    public var name = "Tiny Test Llama"
    /// L.
    public var layers = 2
    /// C; a multiple of 32, so that rows are whole blocks.
    public var width = 32
    /// H; the width is a multiple of it.
    public var heads = 4
    /// K; the heads are a multiple of it.
    public var keyValueHeads = 2
    /// F; a multiple of 32.
    public var feedForwardWidth = 64
    /// The maximum sequence length.
    public var contextLength = 256
    /// The number of tokens that attention sees; nil for all.
    public var slidingWindow: Int?
    /// Whether the output matrix is the token embedding.
    public var tiesEmbeddings = true
    /// The seed of the weights.
    public var seed: UInt64 = 1
    /// The chat template; nil leaves it out.
    public var chatTemplate: String? = TestModel.chatML

    /// The default model.
    public init() {}

    /// Every message between `<|im_start|>` and `<|im_end|>`.
    public static let chatML = """
        {% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}
        """

    /// The token that ends a text.
    public static let endOfText: Int32 = 0
    /// The token that starts a turn.
    public static let turnStart: Int32 = 1
    /// The token that ends a turn.
    public static let turnEnd: Int32 = 2
    /// The token of the first byte.
    public static let firstByte: Int32 = 3

    /// The token of one byte.
    public static func token(byte: UInt8) -> Int32 { firstByte + Int32(byte) }

    /// Tokens of more than one byte, each merged from the two before the space.
    static let merges = ["t h", "th e", "i n", "a n", "Ġ the"]

    /// Writes the model as a GGUF file.
    public func write(to path: String) throws {
        try Self.write(file(), to: path)
    }

    static func write(_ file: GGUFWriter, to path: String) throws {
        let bytes = file.bytes()
        guard let stream = fopen(path, "wb") else { throw WriteFailure(path: path, number: errno) }
        defer { fclose(stream) }
        guard fwrite(bytes, 1, bytes.count, stream) == bytes.count else {
            throw WriteFailure(path: path, number: errno)
        }
    }

    /// Writes the model into a temporary folder, passes its path to `body`, and removes both.
    public func withFile<Result>(_ body: (_ path: String) throws -> Result) throws -> Result {
        try TemporaryFolder.with { folder in
            let path = "\(folder)/tiny.gguf"
            try write(to: path)
            return try body(path)
        }
    }

    /// A file that could not be written.
    public struct WriteFailure: Error {
        /// Its path.
        public let path: String
        /// The system's error number.
        public let number: Int32
    }
}

/// A temporary folder.
public enum TemporaryFolder {
    /// Creates a folder, passes it to `body`, and removes it with its contents.
    public static func with<Result>(_ body: (_ folder: String) throws -> Result) throws -> Result {
        let folder = try make()
        defer { remove(folder) }
        return try body(folder)
    }

    /// Creates a folder that the caller removes.
    public static func make() throws -> String {
        var template = Array("\(parent)/workbench-test-XXXXXX".utf8CString)
        guard let path = mkdtemp(&template) else {
            throw TestModel.WriteFailure(path: parent, number: errno)
        }
        return String(cString: path)
    }

    /// Removes a folder with its contents.
    public static func remove(_ path: String) {
        try? FileManager.default.removeItem(atPath: path)
    }

    private static var parent: String {
        getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    }
}
