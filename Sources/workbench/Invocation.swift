import ArgumentParser
import Platform
import Workspace

/// The words after the program's name, in the order that the argument parser expects.
///
/// `--workspace DIR` and `--json` may come before the command; the parser accepts options only
/// after the command that declares them.
struct Invocation {
    /// The words of this process, without its own name.
    static let arguments = Array(CommandLine.arguments.dropFirst())

    /// The command's words, then its options and arguments.
    let words: [String]
    /// The command's words only.
    let path: [String]

    /// Options that every command takes, and whether a value follows.
    private static let shared = ["--workspace": true, "--json": false]

    /// The command line of this process.
    ///
    /// - Throws: ``UnknownCommand`` if there is another word in place of a command.
    static func current() throws -> Invocation {
        try ordered(arguments, root: Workbench.self)
    }

    private static func ordered(
        _ arguments: [String],
        root: any ParsableCommand.Type
    ) throws -> Invocation {
        var rest = arguments[...]
        var subcommands = root.configuration.subcommands
        var path: [String] = []
        var options: [String] = []
        while let word = rest.first, !subcommands.isEmpty {
            let (name, hasValue) = parts(word)
            if let takesValue = shared[name] {
                rest.removeFirst()
                options.append(word)
                if takesValue, !hasValue, let value = rest.popFirst() { options.append(value) }
                continue
            }
            if word.hasPrefix("-") || word == "help" && path.isEmpty { break }
            guard let next = subcommands.first(where: { $0.isCalled(word) }) else {
                throw UnknownCommand(word: word, path: path, known: subcommands.map { $0.word })
            }
            path.append(word)
            subcommands = next.configuration.subcommands
            rest.removeFirst()
        }
        return Invocation(words: path + options + rest, path: path)
    }

    /// The words with negative numbers joined to the options before them.
    ///
    /// The parser takes `-5` for an option; given `--steps=-5` it reports the wrong value.
    var withTiedNumbers: [String] {
        var result: [String] = []
        for word in words {
            if let last = result.last, last.hasPrefix("--"), last.count > 2, !last.contains("="),
                Self.isNegative(word)
            {
                result[result.count - 1] = "\(last)=\(word)"
            } else {
                result.append(word)
            }
        }
        return result
    }

    /// Whether a word is a negative number, or a quantity that begins with one, such as `-1d`.
    private static func isNegative(_ word: String) -> Bool {
        guard word.hasPrefix("-"), let digit = word.dropFirst().utf8.first else { return false }
        return UInt8(ascii: "0")...UInt8(ascii: "9") ~= digit || Double(word) != nil
    }

    private static func parts(_ word: String) -> (name: String, hasValue: Bool) {
        guard let sign = word.firstIndex(of: "=") else { return (word, false) }
        return (String(word[..<sign]), true)
    }
}

/// A word in place of a command that is not the name of one.
struct UnknownCommand: Error {
    let word: String
    /// The commands before it.
    let path: [String]
    let known: [String]

    var message: String {
        let place = path.isEmpty ? "" : " of `workbench \(path.joined(separator: " "))`"
        return word.isEmpty
            ? "The name of a command\(place) is empty."
            : "There is no command `\(word)`\(place)."
    }

    var hint: String {
        let whole = (["workbench"] + path).joined(separator: " ")
        if let name = EditDistance.nearest(to: word.lowercased(), in: known) {
            return "Did you mean `\(whole) \(name)`? `\(whole) --help` lists the commands."
        }
        if !word.isEmpty, let name = known.first(where: { $0.hasPrefix(word.lowercased()) }) {
            return "Did you mean `\(whole) \(name)`? `\(whole) --help` lists the commands."
        }
        return "`\(whole) --help` lists the commands: \(known.joined(separator: ", "))."
    }
}

extension ParsableCommand {
    /// The name of the command.
    static var word: String {
        configuration.commandName ?? "\(Self.self)".lowercased()
    }

    fileprivate static func isCalled(_ word: String) -> Bool {
        self.word == word || configuration.aliases.contains(word)
    }
}
