import JSON
import Platform
import Testing
import Workflows

@Suite struct FlowFileSchemaTests {
    private let schema: JSONValue

    init() throws {
        let text = FlowFileSchema.json(kinds: DeclaredKind.kinds)
        schema = try JSONParser.parse(Array(text.utf8))
    }

    private func part(_ path: String...) -> JSONValue? {
        path.reduce(schema) { value, name in
            if case .object(let object)? = value { return object[name] }
            return nil
        }
    }

    private func names(_ value: JSONValue?) -> Set<String> {
        guard case .object(let object)? = value else { return [] }
        return Set(object.members.map(\.name.text))
    }

    @Test func everyKeyThatTheReaderKnowsIsInTheSchema() {
        // The reader names all keys of a mapping with an unknown one.
        for (text, properties) in [
            ("qqqqqqqqqqq: 1", part("properties")),
            ("tasks: {t: {qqqqqqqqqqq: 1}}", part("$defs", "task", "properties")),
            ("schedule: {qqqqqqqqqqq: 1}", firstChoice(part("properties", "schedule"))),
            ("on_crash: {qqqqqqqqqqq: 1}", firstChoice(part("properties", "on_crash"))),
            ("defaults: {qqqqqqqqqqq: 1}", part("properties", "defaults", "properties")),
            (
                "tasks: {t: {resources: {qqqqqqqqqqq: 1}}}",
                part("$defs", "task", "properties", "resources", "properties")
            ),
        ] {
            let fault = DeclaredKind.faults(text).first { $0.contains("`qqqqqqqqqqq`") } ?? ""
            let known = fault.split(separator: "There are: ").last?.dropLast().split(
                separator: ", "
            ).map(String.init)
            #expect(Set(known ?? []) == names(properties), "\(fault)")
        }
    }

    private func firstChoice(_ value: JSONValue?) -> JSONValue? {
        guard case .object(let object)? = value, case .array(let choices)? = object["anyOf"],
            case .object(let choice)? = choices.first
        else { return nil }
        return choice["properties"]
    }

    @Test func everyKindAndItsInputsAreInTheSchema() {
        for kind in DeclaredKind.kinds.all {
            let inputs = part("$defs", "with \(kind.name)", "properties")
            #expect(names(inputs) == Set(kind.inputs.map(\.name)))
        }
        #expect(
            part("$defs", "task", "properties", "uses", "enum")
                == .array(DeclaredKind.kinds.all.map { .string($0.name) })
        )
    }

    @Test func aRequiredInputIsInWithOrInTheMatrix() throws {
        guard case .array(let rules)? = part("$defs", "task", "allOf") else {
            throw FlowError(.invalid, "The schema of a task has no rules.")
        }
        let rule = rules.map(\.compactText).first { $0.contains(#""const":"shell""#) }
        for place in ["with", "matrix"] {
            #expect(
                rule?.contains(#""\#(place)":{"required":["command"]}"#) == true,
                "\(rule ?? "")"
            )
        }
    }

    @Test func everyKeyHasHelp() {
        func check(_ value: JSONValue, _ path: String) {
            guard case .object(let object) = value else { return }
            if case .object(let properties)? = object["properties"], object["const"] == nil,
                !path.hasSuffix("if"), !path.hasSuffix("then")
            {
                for member in properties.members {
                    guard case .object(let property) = member.value else { continue }
                    #expect(property["description"] != nil, "\(path).\(member.name.text)")
                }
            }
            for member in object.members { check(member.value, "\(path).\(member.name.text)") }
        }
        check(schema, "")
    }
}
