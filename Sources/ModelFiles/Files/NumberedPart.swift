/// The naming of files of a model in several parts: `NAME-00001-of-00003.gguf` and so on.
///
/// Source: `llama_split_path` of llama.cpp, whose `llama-gguf-split` makes such files; Hugging Face
/// uses the same names.
struct NumberedPart: Equatable {
    /// The path up to the number, including the dash before it.
    private let stem: Substring
    private let ending: String
    /// The number of the part, from 1.
    let number: Int
    /// The number of parts.
    let count: Int

    /// Parses the name of a file; nil if it is not a part.
    init?(path: String, ending: String = ".gguf") {
        // -00001-of-00003
        let length = 15 + ending.utf8.count
        let tail = path.utf8.suffix(length)
        let bytes = Array(tail)
        guard bytes.count == length, bytes[0] == UInt8(ascii: "-"),
            bytes[6..<10].elementsEqual("-of-".utf8), bytes[15...].elementsEqual(ending.utf8),
            let number = Self.number(bytes[1..<6]), let count = Self.number(bytes[10..<15]),
            (1...count).contains(number)
        else { return nil }
        stem = path[..<tail.startIndex]
        self.ending = ending
        self.number = number
        self.count = count
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var number = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return number > 0 ? number : nil
    }

    /// The path of another part, from 1.
    func path(_ number: Int) -> String {
        "\(stem)-\(Self.digits(number))-of-\(Self.digits(count))\(ending)"
    }

    /// The paths of all parts.
    var paths: [String] { (1...count).map(path) }

    /// The paths of the files of a model, given its file or one of its parts.
    static func paths(of path: String) -> [String] { NumberedPart(path: path)?.paths ?? [path] }

    /// Whether a file represents a model in a list: it is whole, or the first of its parts.
    static func isFirst(_ name: String) -> Bool { NumberedPart(path: name)?.number ?? 1 == 1 }

    /// The name of the first of `count` parts.
    static func example(count: Int) -> String { "NAME-00001-of-\(digits(count)).gguf" }

    private static func digits(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, 5 - text.count)) + text
    }
}
