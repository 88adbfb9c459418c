import ChatTemplates
import JSON
import Platform
import Testing
import TestModels
import Tokenizers

/// Thousands of damaged chat templates, the same ones in every run; `make fuzz` tries a million.
@Suite struct DamagedTemplateTests {
    @Test func `a damaged template is refused or ends in good time`() throws {
        let published: [PublishedTemplate] = try fixture("published_templates")
        let small: [TemplateCase] = try fixture("template_language")
        let files =
            (published.map(\.template) + small.map(\.template)).map { Array($0.utf8) }
            + Endurance.models(endingWith: ".jinja")
        let words = [
            "{{", "}}", "{%", "%}", "{#", "#}", "-%}", "{% for x in messages %}", "{% endfor %}",
            "| tojson",
            "| list", "| map('upper')", "{% raw %}", "recursive", "loop(", "namespace(",
            "range(99999)",
            "* 1000000000", "[::-1]", "messages", "'%s' %", ".format(", "(", ")", "[", "]",
            "\\u0000", "**",
            "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "{% set ns.x = ns %}", "~", "not ",
            "is ",
        ].map { Array($0.utf8) }
        let conversation = try Conversation(
            json: Array(
                #"""
                {"messages": [{"role": "system", "content": "a"}, {"role": "user", "content": "한 \n"},
                 {"role": "assistant", "content": null, "tool_calls": [{"function": {"name": "f",
                  "arguments": {"x": 1.5, "y": [true, null]}}}]}], "tools": [{"name": "f"}]}
                """#.utf8
            )
        )
        var mutator = Mutator(seed: Endurance.seed)
        var rendered = 0
        let before = Endurance.peakAddressSpace()
        for _ in 0..<Endurance.cases(1000) {
            let bytes = mutator.damaged(files, words: words)
            let source = String(decoding: bytes, as: UTF8.self)
            let start = ContinuousClock.now
            do throws(TemplateError) {
                let chat = try ChatTemplate(source: source)
                    .render(conversation, addingGenerationPrompt: true)
                #expect(chat.spans.last?.range.upperBound ?? 0 == chat.bytes.count)
                rendered += 1
            } catch {
                #expect(error.message.contains("line"))
            }
            let duration = start.duration(to: .now)
            #expect(duration < .seconds(10), "\(duration) for \(source)")
        }
        #expect(rendered > 0)
        #expect(Endurance.peakAddressSpace() - before < 2 << 30)
    }
}
