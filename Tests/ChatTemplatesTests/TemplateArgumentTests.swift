import ChatTemplates
import Platform
import Testing
import Tokenizers

/// How methods, filters, tests and functions handle their arguments: the output is jinja2's, or the
/// argument is refused.
@Suite struct TemplateArgumentTests {
    private func render(_ expression: String) throws -> String {
        let template = try ChatTemplate(source: "{{ \(expression) }}", clock: { 0 })
        let chat = try template.render(
            [Message(role: "user", content: "x")],
            addingGenerationPrompt: false
        )
        return String(decoding: chat.bytes, as: UTF8.self)
    }

    @Test(arguments: given) func argumentsDoWhatJinjaDoes(
        expression: String,
        expected: String
    ) throws {
        #expect(try render(expression) == expected)
    }

    @Test(arguments: refused) func unknownArgumentsAreRefused(expression: String) throws {
        let error = #expect(throws: TemplateError.self) { try render(expression) }
        #expect(error?.message.contains("line 1") == true)
    }

    @Test(arguments: [
        ("'a'.find('a', start=1)", "\"find\" takes \"start\" by its place"),
        ("'a'.find('a', 0, 1, 2)", "\"find\" takes at most 3 arguments, not 4"),
        ("[1] | tojson(default=1)", "\"tojson\" has no argument \"default\""),
        ("'a' | upper(1)", "\"upper\" takes no arguments"),
        ("'a' | default('b', default_value=1)", "\"default\" is given \"default_value\" twice"),
        ("[1] | batch", "\"batch\" needs the argument \"linecount\""),
        ("'a' | indent(1.5)", "\"width\""),
        ("1 is odd(2)", "\"odd\" takes no arguments"),
        ("range(stop=3)", "\"range\" takes \"stop\" by its place"),
        ("'a'.encode('utf-8')", "\"encode\""), ("self", "\"self\""),
        ("cycler is defined", "\"cycler\""),
        ("'{}'.format('a'.upper)", "a method cannot be printed"),
    ])
    func theRefusalNamesTheArgument(expression: String, words: String) throws {
        let error = #expect(throws: TemplateError.self) { try render(expression) }
        #expect(error?.message.contains(words) == true, "\(String(describing: error))")
    }

    static let given: [(String, String)] = [
        (#"'abcabc'.find('c', 3)"#, "5"),
        (#"'abcabc'.find('c', -2, 5)"#, "-1"),
        (#"'abcabc'.find('a', 1, 3)"#, "-1"),
        (#"'abc'.find('', 3)"#, "3"),
        (#"'abc'.find('', 4)"#, "-1"),
        (#"'안녕 하세요 안녕'.find('안', 1)"#, "7"),
        (#"'안녕 하세요 안녕'.rfind('녕', 0, 7)"#, "1"),
        (#"'abcabc'.rfind('bc', none, 5)"#, "1"),
        (#"'abcabc'.index('b', 2)"#, "4"),
        (#"'abcabc'.rindex('a', 0, 3)"#, "0"),
        (#"'aXaXa'.count('a', 1)"#, "2"),
        (#"'aXaXa'.count('a', 1, -1)"#, "1"),
        (#"'abc'.count('', 1)"#, "3"),
        (#"'abc'.count('', 9)"#, "0"),
        (#"'abc'.startswith('b', 1)"#, "True"),
        (#"'abc'.startswith(('x', 'b'), 1, 2)"#, "True"),
        (#"'abc'.startswith('', 4)"#, "False"),
        (#"'abc'.endswith('b', 0, 2)"#, "True"),
        (#"'abc'.endswith(('x', 'bc'), -2)"#, "True"),
        (#"'abc'.startswith(('a', 1))"#, "True"),
        (#"[1, 2, 1, 3].index(1, 1)"#, "2"),
        (#"[1, 2, 1, 3].index(1, -3, -1)"#, "2"),
        (#"(1, 2, 1).index(1, 1)"#, "2"),
        (#"'a b c'.split(maxsplit=1)"#, "['a', 'b c']"),
        (#"' a b  c '.rsplit(none, 1)"#, "[' a b', 'c']"),
        (#"'aaa'.replace('a', 'b', 2)"#, "bba"),
        (#"'aaa' | replace('a', 'b', none)"#, "bbb"),
        (#"'a1b' | replace(1, 2)"#, "a2b"),
        (#"'aaa' | replace('a', 'b', count=1)"#, "baa"),
        (#"'ab'.join('xy')"#, "xaby"),
        (#"'a\nb\r\nc\rd'.splitlines(true)"#, "['a\\n', 'b\\r\\n', 'c\\r', 'd']"),
        (
            #"'a\x0bb\x0cc\x1cd\x1de\x1ef\x85g\u2028h\u2029i'.splitlines()"#,
            "['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']"
        ),
        (#"'a\u2028\u2028b\x85'.splitlines(keepends=true)"#, "['a\\u2028', '\\u2028', 'b\\x85']"),
        (#"'a\x1fb'.splitlines()"#, "['a\\x1fb']"),
        (#"'a\r\nb\x0cc' | indent(2)"#, "a\n  b\n  c"),
        (#"'a\nb\n' | indent('> ', true)"#, "> a\n> b\n"),
        (#"'a\n\nb' | indent(width=1, blank=true, first=true)"#, " a\n \n b"),
        (
            #"{'a': [1, {'b': none}]} | tojson(indent='\t')"#,
            "{\n\t\"a\": [\n\t\t1,\n\t\t{\n\t\t\t\"b\": null\n\t\t}\n\t]\n}"
        ),
        (#"{'a': [1]} | tojson(indent=0)"#, "{\n\"a\": [\n1\n]\n}"),
        (#"{'a': [1]} | tojson(indent=-1)"#, "{\n\"a\": [\n1\n]\n}"),
        (
            #"{'a': [1], 'b': {}} | tojson(false, '--', (',', '='))"#,
            "{\n--\"a\"=[\n----1\n--],\n--\"b\"={}\n}"
        ),
        (#"{'b': 1, 'a': 'é'} | tojson(true, none, none, true)"#, "{\"a\": \"\\u00e9\", \"b\": 1}"),
        (#"[1, 2] | tojson(separators=(';', ':'))"#, "[1;2]"),
        (#"'0x1f' | int(base=16)"#, "31"),
        (#"'zz' | int(0, 36)"#, "1295"),
        (#"'0b11' | int(base=0)"#, "3"),
        (#"'010' | int(base=0)"#, "10"),
        (#"'1_000' | int"#, "1000"),
        (#"'1__0' | int(7)"#, "7"),
        (#"'٣' | int"#, "3"),
        (#"'1e3' | int"#, "1000"),
        (#"' 12 ' | int"#, "12"),
        (#"'0x1f' | int"#, "0"),
        (#"'1_0.5' | float"#, "10.5"),
        (#"'infinity' | float"#, "inf"),
        (#"'0x1p3' | float"#, "0.0"),
        (#"25 | round(-1)"#, "20"),
        (#"15 | round(-1)"#, "20"),
        (#"-25 | round(-1)"#, "-20"),
        (#"2.675 | round(2)"#, "2.67"),
        (#"1234.5 | round(-2, 'floor')"#, "1200.0"),
        (#"-1.25 | round(1, method='ceil')"#, "-1.2"),
        (#"'abcdef' | truncate(4, true, '')"#, "abcdef"),
        (#"'abc def ghi' | truncate(8, false, '!', 0)"#, "abc!"),
        (#"'abc def ghi' | truncate(8, leeway=none)"#, "abc def ghi"),
        (#"['b', 'a'] | sort(true)"#, "['b', 'a']"),
        (#"['b', 'A'] | sort(case_sensitive=true)"#, "['A', 'b']"),
        (
            #"[{'n': 'b', 'v': 1}, {'n': 'a', 'v': 1}] | sort(attribute='v,n')"#,
            "[{'n': 'a', 'v': 1}, {'n': 'b', 'v': 1}]"
        ),
        (#"['a', 'A'] | unique(true) | list"#, "['a', 'A']"),
        (#"{'b': 1, 'a': 2} | dictsort(by='value', reverse=true)"#, "[('a', 2), ('b', 1)]"),
        (#"[1, 2] | sum(start=10)"#, "13"),
        (#"[1, 2, 3] | batch(2, '-') | list"#, "[[1, 2], [3, '-']]"),
        (#"[1, 2, 3] | slice(2, fill_with='-') | list"#, "[[1, 2], [3, '-']]"),
        (#"[{}] | map(attribute='x', default=none) | list"#, "[Undefined]"),
        (#"[{}] | map(attribute='x', default=0) | list"#, "[0]"),
        (#"[1, 2] | select('divisibleby', num=2) | list"#, "[2]"),
        (#"'' | default('b', boolean=true)"#, "b"),
        (#"{'a': 1} | attr('a') is defined"#, "False"),
        (#"{'a': 1} | attr('items') is callable"#, "True"),
        (#"3 is divisibleby(num=3)"#, "True"),
        (#"1 is in(seq=[1])"#, "True"),
        (#"'ΑΣ ΟΔΟΣ'.lower()"#, "ας οδος"),
        (#"'ΑΣ ΟΔΟΣ' | title"#, "Ασ Οδος"),
        (#"'ßŉẞıİ'.casefold()"#, "ssʼnssıi̇"),
        (#"'ǅa ß'.swapcase()"#, "ǅA SS"),
        (#"'²½一'.isnumeric()"#, "True"),
        (#"'²'.isdigit()"#, "True"),
        (#"'²'.isdecimal()"#, "False"),
        (#"['\x85\u2028\u00a0é\u200b']"#, "['\\x85\\u2028\\xa0é\\u200b']"),
        (#"'%-05d|%+ d' % (7, 7)"#, "7    |+7"),
        (#"'{:5}|{:<05}'.format(true, 7)"#, "    1|70000"),
        (#"dict([('a', 1), ('b', 2)], a=3)"#, "{'a': 3, 'b': 2}"),
        (#"5.5 // 0.1"#, "54.0"),
        (#"5.5 % 0.1"#, "0.0999999999999997"),
        (#"-7.5 // 2"#, "-4.0"),
        (#"-7.5 % 2"#, "0.5"),
        (#"2 ** 0.5"#, "1.4142135623730951"),
    ]

    static let refused: [String] = [
        #"'abcabc'.index('b', 5)"#,
        #"'abc'.startswith(['a'])"#,
        #"'abc'.startswith(('x', 1))"#,
        #"'abc'.find('a', '1')"#,
        #"'abc'.find('a', 1.0)"#,
        #"'abc'.find('a', start=1)"#,
        #"'abc'.find('a', 0, 1, 2)"#,
        #"[1, 2].index(1, 1)"#,
        #"(1, 2).copy()"#,
        #"[1, 2].count(1, 2)"#,
        #"[1, 2].index()"#,
        #"{'a': 1}.get('a', default=2)"#,
        #"{'a': 1}.get()"#,
        #"{'a': 1}.get('b', 2, 3)"#,
        #"{'a': 1}.keys(1)"#,
        #"'a b'.upper(1)"#,
        #"'a'.strip(1)"#,
        #"'a'.strip(chars='a')"#,
        #"'a b c'.split(' ', '1')"#,
        #"'a b c'.split(limit=1)"#,
        #"'aaa'.replace('a', 'b', none)"#,
        #"'a,b'.partition(',', 1)"#,
        #"'ab'.join(['x', 1])"#,
        #"'a'.center(5, 'xy')"#,
        #"'a'.center('5')"#,
        #"'a'.zfill(3.0)"#,
        #"'a\nb' | indent(wide=2)"#,
        #"'a\nb' | indent(1.5)"#,
        #"5 | indent"#,
        #"[1, 2] | tojson(separators=';')"#,
        #"[1, 2] | tojson(separators=[1, 2])"#,
        #"[1, 2] | tojson(indent=1.5)"#,
        #"[1, 2] | tojson(default=1)"#,
        #"[1, 2] | tojson(1, 2, none, 4, 5)"#,
        #"nope | int"#,
        #"nope | float"#,
        #"2.5 | round(0, 'even')"#,
        #"3.7 | round('1')"#,
        #"3.7 | round(digits=1)"#,
        #"'abc' | truncate('5')"#,
        #"'abc' | truncate(2, true, 1)"#,
        #"['b', 'A'] | sort(reverse='x')"#,
        #"[{'v': 2}, {'n': 'a'}] | sort(attribute='n')"#,
        #"[{'a': 1}] | unique | list"#,
        #"{'b': 1, 'a': 2} | dictsort(by='size')"#,
        #"[1, 2] | sum('x', 0, 1)"#,
        #"['a'] | sum(start='b')"#,
        #"[1, 2, 3] | batch(size=2) | list"#,
        #"['a'] | map('upper', 1) | list"#,
        #"[{}] | map(attribute='x', other=0) | list"#,
        #"[1, 2] | select('odd', 1) | list"#,
        #"['a', 'b'] | join(',', 'x', 1)"#,
        #"['a', 'b'] | first(1)"#,
        #"'a' | upper(1)"#,
        #"'a' | default('b', true, 1)"#,
        #"'%s' | format(1, a=2)"#,
        #"3 is divisibleby(3, 4)"#,
        #"3 is odd(1)"#,
        #"1 is eq(1, 2)"#,
        #"'%(a)s' % [1]"#,
        #"'%(b)s' % {'a': 1}"#,
        #"'%5%' % ()"#,
        #"'{:,x}'.format(5)"#,
        #"'{:.1}'.format(5)"#,
        #"'{:5}'.format(none)"#,
        #"dict([1])"#,
        #"dict({}, {})"#,
        #"range(stop=3) | list"#,
        #"[1] in {}"#,
        #"[1] < (2,)"#,
        #"0 ** -1"#,
    ]
}
