import JSON
import Platform
import Workflows

/// What a program has written to `$WORKBENCH_OUTPUTS`: lines `key=value`, or objects of JSON.
enum ProgramOutputs {
    /// The bytes that are read.
    private static let limit = 1 << 20
    /// The outputs that the program cannot set.
    private static let reserved: Set = ["files"]

    /// The text of the file, of which no more than the limit is read.
    ///
    /// - Throws: ``FlowError`` with the code `invalid` if it is longer or no regular file.
    static func text(of path: String) throws -> String {
        // The program may have removed it.
        guard let status = FileStatus(path) else { return "" }
        guard status.kind == .file else {
            throw FlowError(.invalid, "$WORKBENCH_OUTPUTS is not a regular file any more.")
        }
        guard status.byteCount <= limit else { throw excess }
        var bytes: [UInt8] = []
        try Files.readRegular(path) { piece in
            // A process that the program left behind may still write.
            guard bytes.count + piece.count <= limit else { throw excess }
            bytes += piece
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static var excess: FlowError {
        FlowError(
            .invalid,
            "$WORKBENCH_OUTPUTS has more than \(limit >> 20) MiB.",
            hint: "Write large results to files, and name them in `outputs`."
        )
    }

    /// Reads the outputs; of several with one name the last one counts.
    ///
    /// - Throws: ``FlowError`` with the code `invalid`, which names the line.
    static func read(_ text: String) throws(FlowError) -> [(name: String, value: FlowValue)] {
        var outputs: [(name: String, value: FlowValue)] = []
        var places: [String: Int] = [:]
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (number, line) in lines.enumerated() {
            let line = line.drop(while: \.isWhitespace)
            guard !line.isEmpty else { continue }
            for (name, value) in try members(of: line, number + 1) {
                guard isName(name), !reserved.contains(name) else {
                    throw FlowError(
                        .invalid,
                        "$WORKBENCH_OUTPUTS, line \(number + 1): \(VisibleText.name(name)) cannot be the "
                            + "name of an output.",
                        hint: "Names have letters, digits and _."
                    )
                }
                if let place = places[name] {
                    outputs[place].value = FlowValue(value)
                } else {
                    places[name] = outputs.count
                    outputs.append((name, FlowValue(value)))
                }
            }
        }
        return outputs
    }

    private static func members(
        of line: Substring,
        _ number: Int
    ) throws(FlowError) -> [(name: String, value: JSONValue)] {
        if line.first == "{" {
            guard let value = try? JSONParser.parse(Array(line.utf8)),
                case .object(let object) = value
            else { throw fault(number) }
            return object.members.map { ($0.name.text, $0.value) }
        }
        guard let equals = line.firstIndex(of: "=") else { throw fault(number) }
        let value = String(line[line.index(after: equals)...])
        return [(String(line[..<equals]), typed(value))]
    }

    /// A number or boolean if the text is one, so that conditions can compare it.
    private static func typed(_ text: String) -> JSONValue {
        let plain = text.filter { !$0.isWhitespace }
        switch try? JSONParser.parse(Array(plain.utf8)) {
        case .integer(let value): return .integer(value)
        case .number(let value): return .number(value)
        case .boolean(let value): return .boolean(value)
        default: return .string(text)
        }
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "_")
        }
    }

    private static func fault(_ number: Int) -> FlowError {
        FlowError(
            .invalid,
            "$WORKBENCH_OUTPUTS, line \(number): neither `key=value` nor an object of JSON."
        )
    }
}
