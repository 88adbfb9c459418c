import ChatTemplates
import Platform
import Testing
import Tokenizers

private let conversation: [Message] = [
    .system("Be brief."), .user("Hi <there>"), .assistant("안녕\n\"you\""), .user("Bye"),
]

private func render(
    _ source: String,
    _ messages: [Message] = conversation
) throws -> String {
    try ChatTemplate(source: source).render(
        messages,
        addingGenerationPrompt: false,
        bosToken: Array("<s>".utf8),
        eosToken: Array("</s>".utf8)
    ).text
}

@Suite struct TemplateLanguageTests {
    @Test(arguments: try fixture("template_language", as: [TemplateCase].self))
    func `a template gives what Jinja gives`(_ example: TemplateCase) throws {
        #expect(Array(try render(example.template).utf8) == Array(example.expected.utf8))
    }

    @Test(arguments: [
        ("{% if true %}", 1, "endif"),
        ("a\n{{ 1 + }}", 2, "}}"),
        ("a\n\n{% frobnicate %}", 3, "frobnicate"),
        ("{{ 'open }}", 1, "string"),
        ("{# open", 1, "comment"),
        ("{{ a b }}", 1, "\"b\""),
        ("\n{% for x of y %}{% endfor %}", 2, "\"of\""),
        ("{{ (1 }}", 1, ""),
        ("{{ 1 ] }}", 1, "]"),
        ("{{ [1) }}", 1, ")"),
        ("{{ {1] }}", 1, "]"),
        ("{% endif %}", 1, "endif"),
        ("{{ 99999999999999999999 }}", 1, "too large"),
        ("{{ a ! b }}", 1, "!"),
        ("{{ \"\\u12\" }}", 1, "hexadecimal"),
        ("{% raw %}", 1, "endraw"),
        ("{", 0, ""),
        ("{{", 1, "}}"),
        ("{%", 1, "%}"),
    ])
    func `a template that cannot be read names the line`(
        source: String,
        line: Int,
        word: String
    ) throws {
        guard line > 0 else {
            #expect(try render(source) == source)
            return
        }
        let error = try #require(throws: TemplateError.self) {
            _ = try ChatTemplate(source: source)
        }
        #expect(error.code == .syntax)
        #expect(error.message.contains("line \(line):"))
        #expect(error.message.contains(word))
    }

    @Test(arguments: [
        ("a\n{{ nope.x }}", 2, "nope"),
        ("{{ nope + 'x' }}", 1, "nope"),
        ("{{ 1 + 'x' }}", 1, "a string"),
        ("{{ none.x.y }}", 1, "\"x\" is undefined"),
        ("\n\n{{ 1 // 0 }}", 3, "division by zero"),
        ("{{ 1 / 0 }}{{ 1.0 % 0 }}", 1, "division by zero"),
        ("{{ nope() }}", 1, "nope"),
        ("{{ 'a'.nope() }}", 1, "no method"),
        ("{{ 'a' | nope }}", 1, "filter \"nope\""),
        ("{{ 'a' is nope }}", 1, "test \"nope\""),
        ("{{ 1 < 'a' }}", 1, "no order"),
        ("{% for x in 5 %}{% endfor %}", 1, "an integer"),
        ("{% set a, b = [1] %}", 1, "2 names"),
        ("{% set messages.x = 1 %}", 1, "namespace"),
        ("{{ messages.append(1) }}", 1, "cannot change a list"),
        ("{% macro f(a) %}{% endmacro %}{{ f(1, 2) }}", 1, "\"f\""),
        ("{% macro f(a) %}{% endmacro %}{{ f(b=2) }}", 1, "\"b\""),
        ("{{ [1][::0] }}", 1, "step"),
        ("{{ 'a'.split('') }}", 1, "separator"),
        ("{{ nope | tojson }}", 1, "JSON"),
        ("{{ 9223372036854775807 + 1 }}", 1, "too large"),
        ("{{ -9223372036854775807 - 2 }}", 1, "too large"),
        ("{{ 9223372036854775807 * 3 }}", 1, "too large"),
        ("{{ (-9223372036854775807 - 1) // -1 }}", 1, "too large"),
        ("{{ (-9223372036854775807 - 1) % -1 }}", 1, "too large"),
        ("{{ -(-9223372036854775807 - 1) }}", 1, "too large"),
        ("{{ (-9223372036854775807 - 1) | abs }}", 1, "too large"),
        ("{{ 10 ** 400 }}", 1, "too large"),
    ])
    func `a template that fails names the line`(source: String, line: Int, word: String) throws {
        let error = try #require(throws: TemplateError.self) { _ = try render(source) }
        #expect(error.code == .runtime)
        #expect(error.message.contains("line \(line):"))
        #expect(error.message.contains(word))
    }

    @Test func `unsupported features fail only where they are reached`() throws {
        #expect(try render("{% if nope %}{{ x | frob }}{{ y is frob }}{% endif %}ok") == "ok")
    }

    @Test func `raise_exception refuses the messages with its text`() throws {
        let error = try #require(throws: TemplateError.self) {
            _ = try render(
                "{% if true %}\n{{ raise_exception('Roles must alternate') }}{% endif %}"
            )
        }
        #expect(error.code == .refusal)
        #expect(error.message.contains("line 2: Roles must alternate"))
    }

    @Test func `extreme numbers do not trap`() throws {
        let least = "(-9223372036854775807 - 1)"
        let most = "9223372036854775807"
        #expect(try render("{{ 'abc'[\(least):\(most)] }}") == "abc")
        #expect(try render("{{ 'abc'[::\(most)] }}{{ 'abc'[::\(least)] }}") == "ac")
        #expect(try render("{{ [1][\(least)] is undefined }}") == "True")
        #expect(try render("{{ range(0, \(most), \(most)) | list }}") == "[0]")
        #expect(try render("{{ 'a' * \(least) }}{{ '' * \(most) }}") == "")
        #expect(try render("{{ (1e300 * 1e300 - 1e300 * 1e300) | int(7) }}") == "7")
        #expect(throws: TemplateError.self) { try render("{{ (1e300 * 1e300) | int(7) }}") }
        #expect(try render("{{ 1 ** \(most) }} {{ (-1) ** \(most) }}") == "1 -1")
    }

    @Test func `the date comes from the given clock`() throws {
        let template = try ChatTemplate(source: "{{ strftime_now('%Y-%m %%') }}") { 1_718_452_800 }
        let chat = try template.render([], addingGenerationPrompt: false)
        #expect(chat.text == "2024-06 %")
    }

    @Test func `templates are identified by their digest`() throws {
        let first = try ChatTemplate(source: "a")
        let again = try ChatTemplate(source: "a")
        let second = try ChatTemplate(source: "b")
        #expect(first.digest == again.digest)
        #expect(first.digest != second.digest)
        #expect(first.digest.count == 16)
    }
}

@Suite struct HostileTemplateTests {
    @Test(arguments: [
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% macro f(n) %}{{ g(n + 1) }}{% endmacro %}{% macro g(n) %}{{ f(n) }}{% endmacro %}"
            + "{{ f(0) }}",
        "{% for i in range(10 ** 9) %}x{% endfor %}",
        "{{ range(-9223372036854775807, 9223372036854775807) }}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% set ns = namespace(s='aaaaaaaaaaaaaaaa') %}{% for i in range(99) %}"
            + "{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}"
            + "{% set ns.l = ns.l + ns.l %}{% endfor %}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(9999) %}"
            + "{% set ns.l = [ns.l] %}{% endfor %}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}"
            + "{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
        "{{ 'a' * 10 ** 12 }}",
        "{{ [1] * 10 ** 12 }}",
        "{{ 'a\\nb' | indent(10 ** 12) }}",
        "{{ ('a' * 100000).replace('', 'b' * 100000) }}",
        "{{ ('a' * 100000) | replace('a', 'b' * 100000) }}",
        "{{ (['a'] * 1000) | join('b' * 1000000) }}",
        "{% for i in range(99999) %}{{ 'a' * 1000 }}{% endfor %}",
        "{% set ns = namespace() %}{% for i in range(99999) %}{% for x in [ns.l] %}"
            + "{% set ns.l = loop %}{% endfor %}{% endfor %}",
    ])
    func `a template that exceeds the limits is stopped`(source: String) throws {
        let error = try #require(throws: TemplateError.self) { _ = try render(source) }
        #expect(error.code == .limit)
        #expect(error.message.contains("line 1:"))
    }

    @Test(arguments: [
        String(repeating: "(", count: 100_000),
        String(repeating: "{% if true %}", count: 100_000),
        "{{ " + String(repeating: "-", count: 100_000) + "1 }}",
        "{{ " + String(repeating: "not ", count: 100_000) + "1 }}",
        "{{ " + String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
            + " }}",
        "{{ 1" + String(repeating: " + 1", count: 100_000) + " }}",
        "{{ a" + String(repeating: ".a", count: 100_000) + " }}",
        "{{ 1" + String(repeating: " if 1 else 1", count: 100_000) + " }}",
    ])
    func `a template with excessive nesting is refused`(source: String) throws {
        let source = source.hasPrefix("(") ? "{{ \(source) }}" : source
        let error = try #require(throws: TemplateError.self) {
            _ = try ChatTemplate(source: source)
        }
        #expect(error.code == .syntax)
    }

    @Test func `values that contain themselves end`() throws {
        let loops = "{% set ns = namespace() %}{% set ns.me = ns %}{{ ns.me.me.me == ns }}"
        #expect(try render(loops) == "True")
        let chain = """
            {%- set ns = namespace() -%}
            {%- for i in range(99999) -%}
            {%- set inner = namespace(before=ns.last) -%}{%- set ns.last = inner -%}
            {%- endfor -%}ok
            """
        #expect(try render(chain) == "ok")
        let macros = """
            {%- set ns = namespace() -%}
            {%- for i in range(99999) -%}
            {%- set old = ns.f -%}{%- macro f() -%}{%- endmacro -%}{%- set ns.f = f -%}
            {%- endfor -%}ok
            """
        #expect(try render(macros) == "ok")
    }

    @Test func `long conversations and long messages stay within the limits`() throws {
        let many = (0..<5_000).map { Message.user("message \($0)") }
        let long = Message.user(String(repeating: "긴 글 ", count: 1_000_000))
        let source =
            "{% for m in messages %}{{ '<' + m.role + '>' + m.content | trim }}{% endfor %}"
        #expect(try render(source, many).hasSuffix("message 4999"))
        #expect(try render(source, [long]).utf8.count > 7_000_000)
    }
}
