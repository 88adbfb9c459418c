import Foundation
import JSON
import Platform
import Testing
import Workflows

@Suite struct HostileFlowTests {
    @Test func aBillionLaughsGetOneLine() {
        var text = "flow: f\nparameters:\n  a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
        for level in 1..<10 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "  a\(level): &a\(level) [\(aliases)]\n"
        }
        let start = ContinuousClock.now
        let faults = DeclaredKind.faults(text + "tasks: {t: {uses: shell, with: {command: x}}}\n")
        #expect(faults.count == 1)
        #expect(faults.first?.contains("more than 500,000 values, counting aliases") == true)
        #expect(ContinuousClock.now - start < .seconds(60))
    }

    @Test(arguments: ["? [*k, *k]\n: x", "*k : x", "[*k]: x", "{[*k, 1]: x}", "- ? *k\n  : x"])
    func aKeyWithAnAliasIsRefusedBeforeItIsCompared(lines: String) {
        var text = "x0: &x0 [l, l, l, l, l, l, l, l, l]\n"
        for level in 1..<12 {
            let aliases = Array(repeating: "*x\(level - 1)", count: 9).joined(separator: ", ")
            text += "x\(level): &x\(level) [\(aliases)]\n"
        }
        text += lines.replacingOccurrences(of: "*k", with: "*x11")
        #expect(DeclaredKind.faults(text).allSatisfy { $0.hasSuffix("A key cannot be an alias.") })
        #expect(DeclaredKind.faults(text).count == 1)
    }

    @Test(arguments: ["[", "{a: ", "- ", "? ", "a:\n"])
    func deepNestingGetsALine(piece: String) {
        for depth in [70, 900, 50_000] {
            var text = "flow: f\nparameters:\n  p: "
            if piece == "a:\n" {
                guard depth < 1_000 else { continue }
                text +=
                    "\n"
                    + (0..<depth).map { String(repeating: " ", count: $0 + 4) + "a:\n" }.joined()
            } else {
                text +=
                    (piece == "- " || piece == "? " ? "\n    " : "")
                    + String(repeating: piece, count: depth)
            }
            #expect(DeclaredKind.faults(text).isEmpty == false)
        }
    }

    @Test func otherEncodingsGetALine() {
        let reader = FlowReader(kinds: DeclaredKind.kinds)
        func faults(_ bytes: [UInt8]) throws -> [String] {
            let path =
                "\(FileManager.default.temporaryDirectory.path)/flow-\(UUID().uuidString).yaml"
            try Data(bytes).write(to: URL(filePath: path))
            defer { try? FileManager.default.removeItem(atPath: path) }
            do throws(FlowError) {
                _ = try reader.read(path)
                return []
            } catch {
                return error.details ?? ["\(error)"]
            }
        }
        let good = "flow: f\ntasks: {t: {uses: shell, with: {command: x}}}\n"
        #expect(try! faults(Array(good.utf8)) == [])
        #expect(try! faults([0xEF, 0xBB, 0xBF] + Array(good.utf8)) == [])
        #expect(try! faults(Array(good.replacing("\n", with: "\r\n").utf8)) == [])
        #expect(
            try! faults(Array("flow: f\nx: ".utf8) + [0xFF]) == ["2:1: This line is not in UTF-8."]
        )
        #expect(
            try! faults([0xFF, 0xFE, 0x66, 0]) == ["1:1: The file is in UTF-16; save it in UTF-8."]
        )
        for bytes in [[0x66, 0, 0x6C, 0], [0, 0x66, 0, 0x6C]] as [[UInt8]] {
            #expect(try! faults(bytes) == ["1:1: The file is in UTF-16; save it in UTF-8."])
        }
        #expect(
            try! faults([UInt8](repeating: 0x20, count: 17 << 20)).first?.contains(
                "larger than 16 MB"
            ) == true
        )
    }

    @Test func aFileOfMillionsOfValuesIsRefusedBeforeItIsRead() {
        let text = "flow: [\(String(repeating: "a,", count: 4_000_000))a]"
        #expect(
            DeclaredKind.faults(text) == [
                "1:1: The file has more than 500,000 values, counting aliases."
            ]
        )
    }

    @Test func namesFromTheFileAreShortAndHarmlessInMessages() {
        let long = String(repeating: "x", count: 5_000)
        let faults = DeclaredKind.faults("flow: f\n\"\(long)\": 1\n\"a\\e[31m\": 2\ntasks: {}")
        #expect(faults.allSatisfy { $0.count < 300 && !$0.contains("\u{1B}") })
    }

    /// In block style, and as one line of JSON, as a program may write it.
    @Test(arguments: [false, true])
    func aLargeFlowIsReadSoonEnough(isOneLine: Bool) throws {
        let tasks = (0..<10_000).map { number in
            let data = number == 0 ? "d" : "${t\(number - 1).adapter}"
            let task = "{\"uses\": \"train\", \"with\": {\"data\": \"\(data)\"}}"
            return isOneLine ? "\"t\(number)\": \(task)" : "  t\(number): \(task)\n"
        }
        let text =
            isOneLine
            ? "{\"flow\": \"f\", \"tasks\": {\(tasks.joined(separator: ", "))}}"
            : "flow: f\ntasks:\n\(tasks.joined())"
        let start = ContinuousClock.now
        let flow = try DeclaredKind.flow(text)
        #expect(flow.tasks.count == 10_000)
        #expect(try FlowGraph(flow, parameters: [:]).instances.last?.id == "t9999")
        #expect(ContinuousClock.now - start < .seconds(60))
    }

    /// Changes a file at random places; whatever comes out, it is a flow or has faults with places.
    @Test(arguments: 1...4)
    func noChangeOfAFileTraps(seed: UInt64) throws {
        let path = try #require(Bundle.module.path(forResource: "Fixtures/design", ofType: "yaml"))
        let original = try Array(Data(contentsOf: URL(filePath: path)))
        let pieces = [
            "${", "}", "[*]", "[", "]", "{", "'", "\"", ": ", "- ", "\n", "  ", "\t", "#", "&a ",
            "*a", "!x ",
            "|\n", "best(", "not ", "1e999", "-", "\\", "$${", "~", "null", "\u{0}", "é", "%", "?",
            "<<: ",
            "9223372036854775808", "flow", "matrix", "..", "((((", "`", "<<E\n",
        ].map { Array($0.utf8) }
        var random = SeededNumbers(seed: seed)
        let reader = FlowReader(kinds: DeclaredKind.kinds)
        for _ in 0..<300 {
            var bytes = original
            for _ in 0...random.below(6) {
                let place = random.below(bytes.count)
                switch random.below(4) {
                case 0: bytes.remove(at: place)
                case 1: bytes.insert(UInt8(random.below(256)), at: place)
                case 2: bytes.insert(contentsOf: pieces[random.below(pieces.count)], at: place)
                default:
                    let end = min(bytes.count, place + random.below(60))
                    let target = random.below(bytes.count)
                    bytes.insert(contentsOf: bytes[place..<end], at: target)
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            do throws(FlowError) {
                let flow = try reader.parse(text, path: "/f.yaml")
                let values = try? flow.parameterValues([:])
                _ = try? FlowGraph(flow, parameters: values ?? [:])
            } catch {
                let lines = error.details ?? []
                #expect(!lines.isEmpty)
                let pattern = #/\d+:\d+: .+/#
                #expect(lines.allSatisfy { $0.starts(with: pattern) }, "\(lines)")
            }
        }
    }

    /// The same for projects of other programs.
    @Test(arguments: ["MLproject", "dvc.yaml"])
    func noChangeOfAProjectTraps(name: String) throws {
        let folder = "\(FileManager.default.temporaryDirectory.path)/project-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let original =
            name == "MLproject"
            ? "name: x\nentry_points:\n  main:\n    parameters: {a: {type: float, default: 1}, b: path}\n    command: \"run {a} '{b}' {{}}\"\n"
            : "vars: [{v: {a: [1, {b: c}]}}]\nstages:\n  a: {cmd: \"x ${v.a[1].b} ${v}\", deps: [p/q], outs: [o], wdir: w}\n  b:\n    foreach: ${v.a}\n    do: {cmd: \"y ${item}\", deps: [w/o], outs: [\"${key}\"]}\n"
        let signs = Array("{}[]$'\":,.-&*!|#@/\\ \n0a".utf8)
        var random = SeededNumbers(seed: 5)
        let reader = FlowReader(kinds: DeclaredKind.kinds)
        for _ in 0..<400 {
            var bytes = Array(original.utf8)
            for _ in 0...random.below(5) {
                let place = random.below(bytes.count)
                switch random.below(3) {
                case 0: bytes.remove(at: place)
                case 1:
                    bytes.insert(
                        signs[random.below(signs.count)],
                        at: place
                    )
                default:
                    let end = min(bytes.count, place + random.below(30))
                    bytes.insert(contentsOf: bytes[place..<end], at: random.below(bytes.count))
                }
            }
            try Data(bytes).write(to: URL(filePath: "\(folder)/\(name)"))
            do throws(FlowError) {
                _ = try reader.read(folder)
            } catch {
                #expect(error.code == .invalidFile)
            }
        }
    }

    @Test(arguments: 1...4)
    func noExpressionTraps(seed: UInt64) {
        let words = [
            "a", "list", "nan", "1", "0", "-9223372036854775807", "1e308", "'x'", "true", "null",
            "+", "-", "*", "/",
            "%", "==", "<", "and", "or", "not", "(", ")", "[", "]", "[*]", ".", ",", "min(", "max(",
            "len(", "best(",
        ]
        let scope = FlowScope([
            "a": FlowValue(["x": 1] as JSONValue),
            "list": FlowValue([["x": 1], ["x": .number(.nan)]] as JSONValue),
            "nan": FlowValue(.number(.nan)),
        ])
        var random = SeededNumbers(seed: seed)
        for _ in 0..<3_000 {
            let text = (0..<(1 + random.below(12))).map { _ in words[random.below(words.count)] }
                .joined(separator: random.below(2) == 0 ? " " : "")
            guard let expression = try? ExpressionParser.parse(text) else { continue }
            if case .number(let number) = try? expression.value(in: scope).value {
                // NaN comes only from a value that is NaN itself.
                #expect(!number.isNaN || !text.contains { "+-*/%".contains($0) })
            }
        }
    }
}
