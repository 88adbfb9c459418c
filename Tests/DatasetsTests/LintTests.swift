import ChatTemplates
import Datasets
import Testing
import Tokenizers

struct LintTests {
    private func report(
        _ training: [Record],
        heldOut: [Record] = [],
        renderer: ExampleRenderer? = nil,
        overLength: OverLengthPolicy = .stop
    ) throws -> LintReport {
        let dataset = Dataset(
            name: "d",
            path: "d",
            format: .messages,
            training: training,
            heldOut: heldOut
        )
        return try DatasetLint(renderer: renderer, overLength: overLength).report(on: dataset)
    }

    /// Rule, whether it blocks, and the numbers of the rows.
    private func summary(_ report: LintReport) -> [String] {
        report.findings.map { finding in
            let rows = finding.rows.map { "\($0.number)" }.joined(separator: ",")
            return "\(finding.rule.rawValue)\(finding.blocks ? "!" : "") \(rows)"
        }
    }

    @Test func aCleanDatasetHasNoFindings() throws {
        let report = try report(
            [conversation("a", "가")],
            heldOut: [conversation("b", "c")],
            renderer: TinyModel.renderer()
        )
        #expect(report.findings.isEmpty)
        #expect(report.rows == 1 && report.heldOutRows == 1)
    }

    @Test func rowsSeenBeforeAreNamedWithTheFirst() throws {
        let rows = [conversation("a", "b", line: 1), conversation("a", " b", line: 7)]
        let finding = try #require(try report(rows).findings.first)
        #expect(finding.rule == .duplicate && !finding.blocks && finding.count == 1)
        #expect(finding.rows[0].number == 2 && finding.rows[0].source.line == 7)
        #expect(finding.rows[0].other?.line == 1)
        #expect(finding.excerpt == "a")
    }

    @Test func textOfDoubtfulQualityIsNamed() throws {
        let report = try report([
            conversation("a", " \n", line: 1), conversation("\u{1100}\u{1161}", "b", line: 2),
            conversation("c", "lost \u{FFFD}", line: 3),
            conversation("d", String(repeating: "long ", count: 25_000), line: 4),
        ])
        #expect(
            summary(report) == [
                "empty-answer 1", "decomposed-hangul 2", "lost-text 3", "long-row 4",
            ]
        )
        #expect(report.blocking().isEmpty)
    }

    // MARK: As the model sees it

    @Test func aModelWithoutATemplateIsNamedOnce() throws {
        let rows = [conversation("a", "b"), conversation("c", "d")]
        let report = try report(rows, renderer: TinyModel.renderer(template: nil))
        #expect(summary(report) == ["template! "])
        #expect(report.blocking(allowing: [.template]).isEmpty)
    }

    @Test func aRoleThatTheTemplateLeavesOutIsNamed() throws {
        let template = """
            {% for m in messages %}{% if m.role != 'system' %}{{ '<|im_start|>' + m.role + '\\n' \
            + m.content + '<|im_end|>' }}{% endif %}{% endfor %}\
            {% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}
            """
        let messages = ["system", "user", "assistant"].map { Message(role: $0, content: $0) }
        let row = Record(
            .conversation(Conversation(messages)),
            source: RecordSource(file: "f", line: 1)
        )
        let finding = try #require(
            try report([row], renderer: TinyModel.renderer(template: template)).findings.first
        )
        #expect(finding.rule == .template && finding.blocks)
        #expect(finding.detail == "the template leaves out messages of the role system")
    }

    @Test func callsAndToolsThatTheTemplateLeavesOutAreNamed() throws {
        let row = #"""
            {"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b","tool_calls":[{"function":{"name":"f","arguments":{}}}]}],"tools":[{"type":"function"}]}
            """#
        let report = try report(read(row).training, renderer: TinyModel.renderer())
        #expect(
            report.findings.map(\.detail) == [
                "the template leaves out calls of tools",
                "the template leaves out the offered tools",
            ]
        )
    }

    @Test func aTemplateThatRefusesRowsIsQuoted() throws {
        let renderer = try TinyModel.renderer(template: "{{ raise_exception('no tools here') }}")
        let finding = try #require(
            try report([conversation("a", "b")], renderer: renderer).findings.first
        )
        #expect(finding.rule == .template)
        #expect(finding.detail.contains("no tools here"))
    }

    @Test func rowsWithoutATargetAreNamed() throws {
        let renderer = try TinyModel.renderer(template: "{{ messages[0].content }}")
        let found = try summary(report([conversation("a", "b")], renderer: renderer))
        #expect(found.contains("no-target! 1"))
    }

    @Test func anEndThatIsNeverLearntBlocks() throws {
        let template = """
            {% for m in messages %}[{{ m.role }}]{{ m.content }};{% endfor %}\
            {% if add_generation_prompt %}[assistant]{% endif %}
            """
        let rows = [conversation("a", "b"), conversation("c", "d")]
        let report = try report(rows, renderer: TinyModel.renderer(template: template))
        #expect(summary(report) == ["end-not-trained! 1,2"])
        #expect(report.findings[0].detail.contains("in 2 of 2 rows"))
    }

    @Test func aTokenThatBeginsATextTwiceBlocks() throws {
        let template = "<|im_start|>" + TinyModel.chatML
        let report = try report(
            [conversation("a", "b")],
            renderer: TinyModel.renderer(template: template)
        )
        #expect(summary(report) == ["double-bos! 1"])
    }

    @Test func theOverLengthPolicyDecidesWhetherLongRowsBlock() throws {
        let rows = [conversation("a", "b"), conversation("a", "quite a long answer")]
        let length = try TinyModel.renderer().examples(of: rows[0])[0].ids.count
        let renderer = try TinyModel.renderer(sequenceLength: length)
        let expected: [(OverLengthPolicy, [String])] = [
            (.stop, ["over-length! 2"]), (.drop, ["over-length 2"]), (.split, ["over-length 2"]),
            (.truncateLeft, ["over-length 2"]),
            (.truncateRight, ["truncated-answer! 2", "over-length 2"]),
        ]
        for (policy, findings) in expected {
            #expect(try summary(report(rows, renderer: renderer, overLength: policy)) == findings)
        }
        let short = try TinyModel.renderer(sequenceLength: 9)
        let cut = try report([rows[1]], renderer: short, overLength: .truncateLeft)
        #expect(summary(cut) == ["truncated-answer! 1", "over-length 1"])
        #expect(cut.findings[0].detail == "at 9 tokens an answer loses its beginning")
    }

    @Test func theFirstOfManyRowsAreNamedAndAllCounted() throws {
        let rows = (1...50).map { conversation("q \($0)", "", line: $0) }
        let finding = try #require(try report(rows).findings.first)
        #expect(finding.count == 50)
        #expect(finding.rows.map(\.number) == Array(1...LintFinding.maxNamedRows))
    }
}

struct SecretTests {
    private func kinds(_ text: String) throws -> [String] {
        let dataset = Dataset(
            name: "d",
            path: "d",
            format: .messages,
            training: [conversation("q", text)]
        )
        let findings = try DatasetLint().report(on: dataset).findings
        #expect(findings.allSatisfy { $0.rule == .secret && !text.contains($0.excerpt) })
        return findings.map { String($0.detail.dropFirst("a text looks like ".count)) }
    }

    /// Made up, and composed here so that no scanner of sources takes them for real.
    private static let letters = "Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0Uv1Wx2Yz3"

    @Test(arguments: [
        ("AKIA" + "ABCDEFGH12345678", "an AWS key"),
        ("ghp_" + letters, "a GitHub token"),
        ("sk-" + letters, "an API key"),
        ("key=hf_" + letters, "a Hugging Face token"),
        ("xoxb-" + letters, "a Slack token"),
        ("-----BEGIN " + "RSA PRIVATE KEY-----\nMIIE", "a private key"),
        ("eyJ" + letters + ".eyJ" + letters + "." + letters, "a web token"),
        ("900101" + "-1234567", "a resident registration number"),
        ("kim@example.com / 비밀번호: abcd1234", "an e-mail and its password"),
        ("login: a.b@c.io, Password=hunter22", "an e-mail and its password"),
    ])
    func secretsAreFoundAndNotRepeated(_ text: String, _ kind: String) throws {
        #expect(try kinds("before \(text) behind") == [kind])
        #expect(try kinds(text) == [kind])
    }

    @Test(arguments: [
        "sk-hynix-memory-products-are-good", "AKIA", "ghp_short1",
        "the task-1234567890123456789012",
        "-----BEGIN PUBLIC KEY-----", "900101-12345678", "991301-1234567", "eyJ.eyJ.eyJ",
        "kim@example.com", "비밀번호: 안내 데스크에 물어보세요", "010-1234-5678",
    ])
    func similarTextsAreNoSecrets(_ text: String) throws {
        #expect(try kinds(text).isEmpty)
    }
}

struct ContaminationTests {
    private func known(_ training: [Record], _ heldOut: [Record]) throws -> [String] {
        let dataset = Dataset(
            name: "d",
            path: "d",
            format: .messages,
            training: training,
            heldOut: heldOut
        )
        return try DatasetLint().report(on: dataset).findings.filter { $0.rule == .contamination }
            .flatMap { finding in
                #expect(finding.blocks)
                return finding.rows.map { "\($0.number) as \($0.other?.line ?? 0)" }
            }
    }

    private func document(_ text: String, line: Int = 1) -> Record {
        Record(.text(text), source: RecordSource(file: "f", line: line))
    }

    private func words(_ range: Range<Int>) -> String {
        range.map { "word\($0)" }.joined(separator: " ")
    }

    @Test func aQuestionAskedInTrainingIsNamed() throws {
        let found = try known(
            [conversation("Where?", "b", line: 4)],
            [conversation("where ?", "other", line: 9)]
        )
        #expect(found == ["1 as 4"])
    }

    @Test func aRowWithHalfOfItsTextInTrainingIsNamed() throws {
        let training = [document(words(0..<200), line: 3)]
        #expect(try known(training, [document(words(100..<140))]) == ["1 as 3"])
        let half = words(100..<120) + " " + words(500..<520)
        #expect(try known(training, [document(half)]) == ["1 as 3"])
        let third = words(100..<120) + " " + words(500..<540)
        #expect(try known(training, [document(third)]).isEmpty)
        // Runs shorter than thirteen words are common speech.
        let mixed = (0..<5).map { words($0 * 30..<$0 * 30 + 12) + " x\($0)" }
        #expect(try known(training, [document(mixed.joined(separator: " "))]).isEmpty)
    }

    @Test func caseAndPunctuationDoNotMatter() throws {
        let text = words(0..<30)
        let other = words(0..<30).uppercased().replacing(" ", with: ", ")
        #expect(try known([document(text)], [document(other)]) == ["1 as 1"])
    }

    @Test func aShortRowMustBeWhollyInTraining() throws {
        let training = [conversation("Say it.", "the pump is called Heron today", line: 2)]
        let heldOut = [
            conversation("The pump is", "called Heron", line: 5),
            conversation("the pump is", "called Egret", line: 6),
            conversation("pump", "it", line: 7),
        ]
        #expect(try known(training, heldOut) == ["1 as 2"])
    }

    @Test func koreanIsComparedBySyllablesIgnoringSpaces() throws {
        let text = "휴가를 신청하려면 인사 포털에서 날짜를 입력하고 팀장의 승인을 이틀 안에 받아야 합니다"
        let spaced = text.replacing(" ", with: "")
        let jamo = String(decoding: text.decomposedUTF8, as: UTF8.self)
        for other in [spaced, jamo, text + "."] {
            #expect(try known([document(text, line: 8)], [document(other)]) == ["1 as 8"])
        }
        let changed = "휴가를 내려면 먼저 사내 게시판의 양식을 채우고 부서장의 서명을 사흘 안에 받아야 합니다"
        #expect(try known([document(text)], [document(changed)]).isEmpty)
    }

    @Test func aCommonInstructionIsNoContamination() throws {
        let instruction =
            "Summarize the following message for the team in one short sentence, please:"
        func row(_ number: Int) -> Record {
            conversation(
                "\(instruction)\n\n\(words(number * 40..<number * 40 + 30))",
                "ok \(number)"
            )
        }
        #expect(try known((0..<5).map(row), (7..<9).map(row)).isEmpty)
    }
}

extension String {
    /// The text with every syllable of Hangul as its jamo.
    fileprivate var decomposedUTF8: [UInt8] {
        unicodeScalars.reduce(into: []) { bytes, scalar in
            var jamo = [scalar.value]
            if 0xAC00...0xD7A3 ~= scalar.value {
                let index = scalar.value - 0xAC00
                jamo = [0x1100 + index / 588, 0x1161 + index % 588 / 28]
                if index % 28 > 0 { jamo.append(0x11A7 + index % 28) }
            }
            for value in jamo.compactMap(Unicode.Scalar.init) {
                bytes += String(Character(value)).utf8
            }
        }
    }
}
