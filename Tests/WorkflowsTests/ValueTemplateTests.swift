import JSON
import Platform
import Testing

import Workflows

@Suite struct ValueTemplateTests {
    private let scope = FlowScope([
        "n": FlowValue(2), "x": FlowValue(.number(0.1)), "two": FlowValue(.number(2)),
        "flag": FlowValue(true), "name": FlowValue("it's"),
        "list": FlowValue([1, "a"] as JSONValue),
        "nothing": FlowValue(.null), "adapter": FlowValue("/runs/7/adapter", content: "sha256:ab"),
        "nan": FlowValue(.number(.nan)),
    ])

    @Test func oneExpressionKeepsItsType() throws {
        #expect(try ValueTemplate.parse("${n}").resolved(in: scope).value == 2)
        #expect(try ValueTemplate.parse("${list}").resolved(in: scope).value == [1, "a"])
        #expect(try ValueTemplate.parse("${nothing}").resolved(in: scope).value == .null)
    }

    @Test(arguments: [
        ("n=${n}", "n=2"), ("${n}${x}", "20.1"), ("${two}!", "2!"), ("${flag} $n", "true $n"),
        ("$${n} ${n}", "${n} 2"), ("$$${n}", "$${n}"), ("$", "$"), ("${list}.", "[1,\"a\"]."),
        ("${'}'}.", "}."), ("a}${n}", "a}2"),
    ])
    func otherwiseItIsText(text: String, result: String) throws {
        #expect(try ValueTemplate.parse(text).resolved(in: scope).value == .string(result))
    }

    @Test(arguments: ["x${nothing}", "x${nan}"])
    func whatHasNoTextIsAnError(text: String) throws {
        let template = try ValueTemplate.parse(text)
        #expect(throws: FlowError.self) { try template.resolved(in: scope) }
    }

    @Test func theContentOfATextConsistsOfContents() throws {
        let value = try ValueTemplate.parse("eval ${adapter}", syntax: .command).resolved(
            in: scope,
            syntax: .command
        )
        #expect(value.value == "eval /runs/7/adapter")
        #expect(value.content == "eval sha256:ab")
    }

    @Test(arguments: [
        ("echo ${name}", #"echo 'it'\''s'"#), ("${name}", #"'it'\''s'"#),
        ("a --x=${n} $HOME", "a --x=2 $HOME"),
        ("x=$(cat ${name})", #"x=$(cat 'it'\''s')"#), ("echo 'a' ${list}", #"echo 'a' '[1,"a"]'"#),
        ("echo \"$(f ${n})\"", "echo \"$(f 2)\""), ("a # it's\nb ${n}", "a # it's\nb 2"),
        (
            "cat <<'E F'\nE\n${x}E F\necho ${n}".replacing("${x}", with: ""),
            "cat <<'E F'\nE\nE F\necho 2"
        ),
        ("echo $${HOME} \"$${X:-y}\" ${n}", "echo ${HOME} \"${X:-y}\" 2"),
        ("cat <<E\nit's\nE\necho ${n}", "cat <<E\nit's\nE\necho 2"), ("a <<<x ${n}", "a <<<x 2"),
        ("a\\\\ ${n}", "a\\\\ 2"), ("f() { echo ${n}; }", "f() { echo 2; }"),
        ("(a; b) ${n}", "(a; b) 2"), ("a#b ${n}", "a#b 2"),
        ("x=$((1+(2)*3)) ${n}", "x=$((1+(2)*3)) 2"),
    ])
    func inACommandEachExpressionIsOneWord(text: String, result: String) throws {
        let template = try ValueTemplate.parse(text, syntax: .command)
        #expect(try template.resolved(in: scope, syntax: .command).value == .string(result))
    }

    @Test(arguments: [
        ("echo '${n}'", 6, "quotes"), ("echo \"a ${n}\"", 8, "quotes"), ("a # ${n}", 4, "comment"),
        ("a `b ${n}`", 5, "backquotes"), ("echo $((${n} + 1))", 8, "arithmetic"),
        ("cat <<E\n${n}\nE", 8, "document"), ("cat <<-'E'\n\tx\n${n}", 14, "document"),
        ("a \\${n}", 3, "backslash"), ("$'\\'' ${n}", 6, "differently"),
        ("\"$${X:-'}\" ${n}", 11, "differently"),
        ("`a '`' ${n}", 7, "differently"), ("cat << ${n}", 7, "follow <<"),
        ("\"$$(${n}", 4, "quotes"), ("\\$${'}#${n}", 7, "quotes"),
        ("a \\\n# ${n}", 6, "comment"),
        ("a $'x${n}'", 5, "quotes"),
        ("(( x = ${n} ))", 7, "arithmetic"),
        ("\"$(f \"${n}\")\"", 6, "quotes"), ("echo \"$${X} ${n}\"", 12, "quotes"),
    ])
    func aWordWhereQuotesDoNotProtectIsAFault(text: String, column: Int, message: String) {
        let fault = #expect(throws: TemplateFault.self) {
            try ValueTemplate.parse(text, syntax: .command) { number in
                // The places of `${` in one line, from 0.
                let places = text.unicodeScalars.indices.filter {
                    text.unicodeScalars[$0...].starts(with: "${".unicodeScalars)
                }
                let offset = text.unicodeScalars.distance(
                    from: text.unicodeScalars.startIndex,
                    to: places[number]
                )
                return SourcePosition(line: 1, column: offset)
            }
        }
        #expect(fault?.position?.column == column)
        #expect(fault?.message.contains(message) == true, "\(fault?.message ?? "")")
    }

    @Test func theShellReadsEachValueAsOneWord() throws {
        var random = SeededNumbers(seed: 7)
        let characters = Array("ab '\"\\$`\n;&|<>(){}*?#~=!-é\t")
        for _ in 0..<500 {
            let text = String(
                (0..<random.below(12)).map { _ in characters[random.below(characters.count)] }
            )
            #expect(shellWords("x \(ShellWord.quoted(text)) y") == ["x", text, "y"])
        }
    }

    /// Reads words as a shell does, as far as quoted words need it.
    private func shellWords(_ text: String) -> [String] {
        var words: [String] = []
        var word: String?
        var rest = Array(text.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case " ", "\n", "\t":
                if let ended = word { words.append(ended) }
                word = nil
            case "'":
                word = word ?? ""
                while let inner = rest.popFirst(), inner != "'" {
                    word?.unicodeScalars.append(inner)
                }
            case "\\": if let next = rest.popFirst() { word = (word ?? "") + String(next) }
            default: word = (word ?? "") + String(scalar)
            }
        }
        return words + (word.map { [$0] } ?? [])
    }
}

/// Numbers that follow from a seed (xorshift64*).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(max(1, limit))) }
}
