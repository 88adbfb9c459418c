import Datasets
import Testing

/// Randomly damaged files are read or refused, without trapping.
struct DamagedDatasetTests {
    private static let files: [(name: String, text: String)] = [
        (
            "a.jsonl",
            #"""
            {"messages":[{"role":"user","content":"가 kim@a.kr 비밀번호: abcd"},{"role":"assistant","content":null,"weight":1,"tool_calls":[{"id":"c","function":{"name":"f","arguments":"{\"x\":[1,2]}"}}]}],"tools":[{"type":"function"}]}
            {"messages":[{"role":"user","content":"\u1112\u1161\ud83d\ude00"},{"role":"assistant","content":"b","weight":0},{"role":"user","content":"c"},{"role":"assistant","content":"d"}]}
            """#
        ),
        (
            "b.json",
            #"[{"conversations":[{"from":"human","value":"a"},{"from":"function_call","value":"{\"name\":\"f\"}"},{"from":"observation","value":"1"},{"from":"gpt","value":"b"}],"tools":"[]"}]"#
        ),
        ("c.csv", "id,prompt,completion\r\n1,\"a, \"\"b\"\"\r\nc\",d\n2,900101-1234567,\"\"\n"),
        ("d.tsv", "instruction\tcontext\tresponse\nWho?\tKim\tㆍ\u{200B}\n"),
        ("e.txt", "하나\n\n\n둘 셋\n\n\n-----BEGIN RSA PRIVATE KEY-----\n"),
        ("f.jsonl", #"{"instruction":"a","input":"","output":"b","history":[["c","d"]]}"#),
    ]

    @Test(arguments: 0..<6)
    func noFileTraps(_ index: Int) throws {
        let folder = try TemporaryFolder()
        let (name, text) = Self.files[index]
        let whole = Array(text.utf8)
        var state = UInt64(index + 1)
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let marks = Array("\"\\{}[],:\t\n\r-@.;=é가".utf8)
        let renderer = try TinyModel.renderer(sequenceLength: 40)
        var readable = 0
        for _ in 0..<200 {
            var bytes = whole
            for _ in 0...random(4) {
                let place = random(bytes.count)
                switch random(4) {
                case 0: bytes[place] = UInt8(random(256))
                case 1: bytes[place] = marks[random(marks.count)]
                case 2: bytes.remove(at: place)
                default:
                    bytes.insert(
                        contentsOf: bytes[place..<min(bytes.count, place + random(9))],
                        at: place
                    )
                }
                if bytes.isEmpty { bytes = whole }
            }
            let path = try folder.write(name, bytes: bytes)
            var reading = Dataset.Reading()
            reading.leavesBrokenRowsOut = random(2) == 0
            guard let dataset = try? Dataset.read(path: path, reading) else { continue }
            readable += 1
            for policy in OverLengthPolicy.allCases {
                let lint = DatasetLint(renderer: renderer, overLength: policy)
                _ = try lint.report(on: dataset, evaluation: dataset.training)
            }
            let cleaned = try? dataset.cleaned(.korean).dataset.deduplicated().dataset
            guard let cleaned else { continue }
            let copy = try folder.write("copy.jsonl", bytes: cleaned.jsonLines(.training))
            #expect(try Dataset.read(path: copy).digest == cleaned.digest)
        }
        #expect(readable > 0, "too much damage to test anything")
    }
}
