import JSON
import Platform
import Testing

import Workflows

@Suite struct ExpressionTests {
    @Test(
        arguments: [
            ("1 + 2 * 3", .integer(7)), ("(1 + 2) * 3", .integer(9)), ("7 / 2", .number(3.5)),
            ("6 / 3", .number(2)), ("7 % 4", .integer(3)), ("-7 % 4", .integer(-3)),
            ("1 + 0.5", .number(1.5)), ("2 - -3", .integer(5)), ("--4", .integer(4)),
            ("1 < 2 and 2 < 3", true), ("not 1 < 2 or true", true), ("not (1 < 2) or false", false),
            ("'b' > 'a'", true), ("'é' == 'e\u{301}'", false), ("1 == 1.0", true),
            ("9007199254740993 == 9007199254740992.0", false),
            ("9007199254740993 > 9007199254740992.0", true), ("null == null", true),
            ("1 == null", false), ("[1]", nil), ("1e-5 < 0.0001", true), ("'a\\'b'", "a'b"),
            ("-9223372036854775807 - 1 == -9223372036854775808.0", true),
            ("min(3, 1.5, 2)", .number(1.5)),
            ("max('a', 'c', 'b')", "c"), ("len('abc')", .integer(3)), ("true and 1 / 0 > 1", nil),
            ("false and 1 / 0 > 1", false), ("true or 1 / 0 > 1", true),
        ] as [(String, JSONValue?)]
    )
    func valuesFollowTheRules(text: String, value: JSONValue?) throws {
        guard let expression = try? ExpressionParser.parse(text) else {
            #expect(value == nil)
            return
        }
        #expect((try? expression.value(in: FlowScope()).value) == value)
    }

    @Test(arguments: [
        ("9223372036854775807 + 1", "too large"), ("-9223372036854775807 - 2", "too large"),
        ("1e308 * 10", "finite"), ("1 / 0", "zero"), ("1 % 0", "zero"), ("1.5 % 0.0", "zero"),
        ("1 and true", "true or false"), ("'a' < 1", "not a string"),
        ("'a' + 'b'", "needs numbers"),
        ("nan > 1", "NaN"), ("nan == nan", "NaN"), ("not (nan > 2)", "NaN"), ("-nan", "NaN"),
        ("min(1, nan)", "NaN"), ("max(list.none)", "no object"), ("min(empty)", "empty"),
        ("best(empty, 'x')", "empty"), ("best(list, 'none')", "no element"),
        ("list[5]", "no element"), ("list[-4]", "no element"), ("task.lose", "no lose, only loss"),
        ("gone", "no value"), ("list[*].x.y", "no object"), ("len(1)", "len takes"),
    ])
    func whatHasNoResultIsAnError(text: String, message: String) throws {
        let expression = try ExpressionParser.parse(text)
        let scope = FlowScope([
            "nan": FlowValue(.number(.nan)), "empty": FlowValue(.array([])),
            "list": FlowValue(.array([["x": 2], ["x": 1], ["y": 0]])),
            "task": FlowValue(["loss": 1] as JSONValue),
        ])
        let error = #expect(throws: FlowError.self) { try expression.value(in: scope) }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        #expect(error?.code == .invalid)
    }

    @Test(arguments: [
        ("", 0, "no expression"), ("1 +", 3, "value is expected"),
        ("a b", 2, "should end before `b`"),
        ("a = b", 2, "write =="), ("a && b", 2, "write and"), ("!a", 0, "write not"),
        ("a.1", 2, "name is expected"), ("(1", 2, "closing )"), ("a[1", 3, "closing ]"),
        ("'abc", 0, "closing '"), ("f(1)", 0, "no function f"),
        ("1 < 2 < 3", 6, "and"),
        ("best(a)", 0, "best takes"), ("99999999999999999999", 0, "too large"), ("1x", 0, "number"),
        ("1e999", 0, "too large"), ("a ? b", 2, "no meaning"), ("and", 0, "value is expected"),
    ])
    func faultsHaveAPlace(text: String, offset: Int, message: String) throws {
        let fault = #expect(throws: ExpressionFault.self) { try ExpressionParser.parse(text) }
        #expect(fault?.offset == offset)
        #expect(fault?.message.contains(message) == true, "\(fault?.message ?? "")")
    }

    @Test func partsKeepTheirContent() throws {
        let tasks = FlowValue(
            [
                ["model": "/a", "loss": 2], ["model": "/b", "loss": 1],
                ["model": "/c", "loss": "x"],
            ],
            content: [
                ["model": "sha-a", "loss": 2], ["model": "sha-b", "loss": 1], ["model": "sha-c"],
            ]
        )
        let scope = FlowScope(["sft": tasks])
        func value(_ text: String) throws -> FlowValue {
            try ExpressionParser.parse(text).value(in: scope)
        }
        #expect(try value("best(sft, 'loss').model") == FlowValue("/b", content: "sha-b"))
        #expect(try value("best(sft, 'loss', 'max')['model']") == FlowValue("/a", content: "sha-a"))
        #expect(
            try value("sft[*].model")
                == FlowValue(
                    ["/a", "/b", "/c"] as JSONValue,
                    content: ["sha-a", "sha-b", "sha-c"]
                )
        )
        #expect(try value("sft[-1].model") == FlowValue("/c", content: "sha-c"))
        #expect(try value("sft[0].model == '/a'") == FlowValue(true))
    }

    @Test func nanAndMissingValuesNeverWin() throws {
        let list = FlowValue(
            .array([
                ["v": .number(.nan)], [:], ["v": .null], ["v": 3], ["v": .number(2.5)],
                ["v": .number(.nan)],
            ])
        )
        for order in ["min", "max"] {
            let best = try ExpressionParser.parse("best(list, 'v', '\(order)').v")
                .value(in: FlowScope(["list": list]))
            #expect(best.value == (order == "min" ? .number(2.5) : 3))
        }
    }

    @Test func deepAndLongTextsAreRefused() {
        for text in [
            String(repeating: "(", count: 10_000), String(repeating: "not ", count: 10_000) + "a",
            String(repeating: "-", count: 10_000) + "1",
            "1" + String(repeating: "+1", count: 10_000),
            String(repeating: "a[", count: 400), String(repeating: "min(", count: 200),
        ] {
            #expect(throws: ExpressionFault.self) { try ExpressionParser.parse(text) }
        }
    }

    @Test func theLongestExpressionIsEvaluated() throws {
        let text = "1" + String(repeating: "+1", count: 249)
        #expect(try ExpressionParser.parse(text).value(in: FlowScope()).value == .integer(250))
    }
}
