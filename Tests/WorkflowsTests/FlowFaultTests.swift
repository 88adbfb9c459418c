import Platform
import Testing
import Workflows

@Suite struct FlowFaultTests {
    /// A flow with one task `a`, and lines of a task `t`.
    private static func task(_ lines: String) -> String {
        let indented = lines.split(separator: "\n").map { "    \($0)\n" }.joined()
        return """
            flow: f
            parameters: {n: 1, x: 0.5, s: text, seeds: [1]}
            tasks:
              a: {uses: train, with: {data: d}}
              m: {uses: train, with: {data: d}, matrix: {seed: [1, 2]}}
              t:
            \(indented)
            """
    }

    private static let good = "uses: evaluate\nwith: {model: m}\n"

    @Test(arguments: [
        ("", "1:1: The file is empty."), ("# only a comment\n", "1:1: The file is empty."),
        ("flow", "1:1: A flow begins with"), ("- a", "1:1: A flow begins with"),
        ("tasks: {}", "`flow` is missing"), ("flow: f\ntasks: {}", "2:8: The flow has no tasks."),
        ("flow: f\ntask: {}", "2:1: `task` is no key of a flow. Did you mean `tasks`?"),
        ("flow: f\nflow: g", "2:1: The key `flow` occurs twice; the first one is at 1:1."),
        ("flow: f\n---\nflow: g", "The document ends before this line"),
        ("flow: f\n\ttasks: x", "indented by a tab"), ("flow: \"f", "1:"),
        ("flow: [f", "1:"),
        ("flow: f\ntasks: [a]", "2:8: `tasks` must be names with values, not a list."),
        ("flow: f\n tasks: x", "2:"), ("flow: *x", "There is no anchor"),
        ("flow: @x", "1:7: A value cannot"),
        ("flow: \u{1}", "control character"),
        ("flow: f\ntasks: {a: 5}", "`a` must be names with values, not `5`."),
        ("flow: f\nmax_parallel: 0", "2:15: `max_parallel` must be a whole number from 1"),
        ("flow: f\nparameters: {n: \"${m}\"}", "default of a parameter has no expressions"),
        ("flow: f\nparameters: {A: 1}", "2:14: `A` cannot be a name"),
        ("flow: f\nparameters: {flow: 1}", "has a meaning"),
        ("flow: !x f", "The tag `!x` is not known"),
        ("flow: !required text", "The tag `!required` is not known"),
        ("flow: f\nparameters: {n: [!required text]}", "The tag `!required` is not known"),
        ("flow: f\nparameters: {n: !required float}", "2:17: `!required` needs a type: text"),
        ("flow: f\n<<: {a: 1}", "2:1: `<<` merges nothing"),
        ("flow: f\n? [a]\n: b", "2:3: A key must be a text"),
        ("flow: f\non_failure: {command: a, webhook: b}", "exactly one"),
        ("flow: f\non_failure: {webhook: \"ftp://x\"}", "`webhook` must be a URL"),
        ("flow: f\non_crash: x", "2:11: `on_crash` must be"),
    ])
    func aFileThatIsNoFlowGetsALine(text: String, line: String) {
        let faults = DeclaredKind.faults(text)
        #expect(faults.contains { $0.contains(line) }, "\(faults)")
    }

    @Test(arguments: [
        ("uses: trian\nwith: {}", "7:11: There is no kind of task `trian`. Did you mean `train`?"),
        ("with: {}", "`uses` is missing in a task."),
        ("uses: train", "6:3: t has no `data`, which train needs in `with`: The dataset."),
        ("uses: train\nwith: {dat: x}", "8:12: `dat` is no input of train. Did you mean `data`?"),
        (
            "uses: train\nwith: {data: 5}",
            "8:18: `data` of train must be a text, not a whole number."
        ),
        (
            "uses: train\nwith: {data: d, epochs: 1.5}",
            "`epochs` of train must be a whole number, not a number."
        ),
        ("uses: train\nwith: {data: d, epochs: \"${x}\"}", "must be a whole number, not a number"),
        ("uses: train\nwith: {data: d, epochs: \"${s}\"}", "must be a whole number, not a text"),
        ("uses: train\nwith: {data: d, lr: \"${a}\"}", "must be a number, not names with values"),
        ("uses: train\nwith: {data: }", "`data` of train has no value."),
        ("uses: train\nwith: {data: missing}", "8:18: There is no dataset missing."),
        ("uses: train\nwith: {data: \"${b.x}\"}", "8:21: There is no parameter or task `b`."),
        (
            "uses: train\nwith: {data: \"${a.adaptr}\"}",
            "8:22: a has no `adaptr`. Did you mean `adapter`?"
        ),
        ("uses: train\nwith: {data: \"${t.model}\"}", "8:21: t cannot refer to itself."),
        ("uses: train\nwith: {data: \"${m.model}\"}", "8:21: m has a matrix: take all by m[*]"),
        ("uses: train\nwith: {data: \"x ${m}\"}", "8:23: m has a matrix"),
        ("uses: train\nwith: {data: \"${a.model[*]}\"}", "a.model is a text, not a list"),
        ("uses: train\nwith: {data: \"${n.x}\"}", "n is a whole number, so it has no `x`"),
        ("uses: train\nwith: {data: \"${a.}\"}", "8:23: A name is expected after the point."),
        (
            "uses: train\nwith: {data: \"a ${n\"}",
            "8:21: The closing } of this expression is missing"
        ),
        ("uses: train\nwith: {data: \"${flow.id}\"}", "flow has no `id`. There are: name, run."),
        ("uses: train\nwith: {data: \"${best(m, 'los').model}\"}", "has no `los`"),
        (
            "uses: train\nwith: {data: \"${best(m, 'model').model}\"}",
            "model is a text, not a number"
        ),
        (
            "uses: train\nwith: {data: \"${best(a, 'x')}\"}",
            "best takes a list, not names with values"
        ),
        ("uses: train\nwith: {data: \"${best(m, 'eval_loss', 'most').model}\"}", "'min' or 'max'"),
        ("uses: train\nwith: {data: \"${m['seed=1'].model}\"}", "is a list, so it has no `seed=1`"),
        (
            "uses: shell\nwith: {command: \"echo '${n}'\"}",
            "8:28: An expression cannot stand in quotes"
        ),
        (
            "uses: shell\nwith:\n  command: |\n    echo\n    echo \"${n}\"",
            "11:15: An expression cannot stand in quotes"
        ),
        (
            "uses: shell\nwith:\n  command: >-\n    echo ${n}\n    ${nn}",
            "11:11: There is no parameter or task `nn`"
        ),
        (good + "approve: 5", "`approve` must be true or false, or names with values, not `5`."),
        (good + "cache_expiration: never", "or one of none, not `never`"),
        (good + "when: maybe", "`when` must be true, false or an expression"),
        (good + "when: \"${n}\"", "9:11: `when` must be true or false, not a whole number."),
        (good + "when: \"${n} < ${x}\"", "`when` must be one expression"),
        (good + "when: \"${s < n}\"", "9:16: < cannot compare a text with a whole number."),
        (good + "when: \"${s == n}\"", "== cannot compare a text with a whole number."),
        (good + "when: \"${n and true}\"", "9:14: and needs true or false"),
        (good + "when: \"${not s}\"", "not needs true or false"),
        (good + "when: \"${s + 1 > 2}\"", "+ needs numbers, not a text"),
        (good + "when: \"${-s > 1}\"", "- needs a number"),
        (good + "when: \"${min(s, n) > 1}\"", "min takes numbers, or texts"),
        (good + "when: \"${len(n) > 1}\"", "len takes a list"),
        (good + "needs: [b]", "9:13: There is no task `b`."),
        (good + "needs: t", "9:12: t cannot need itself."),
        (good + "needs: n", "There is no task `n`"),
        (good + "needs: {a: 1}", "`needs` must be the name of a task, or a list"),
        (good + "run_if: failed", "`run_if` is about the tasks in `needs`"),
        (good + "run_if: always", "one of succeeded, done, failed"),
        (good + "retries: -1", "9:14: `retries` must be a whole number from 0 to 1000, not `-1`."),
        (good + "retries: two", "not `two`"),
        (good + "retry_delay_seconds: {factor: 2}", "`first` is missing in a delay"),
        (good + "retry_delay_seconds: []", "empty list"),
        (good + "retry_delay_seconds: [a]", "an entry of `retry_delay_seconds` must be seconds"),
        (good + "retry_delay_seconds: {first: 1, jitter: 2}", "a number from 0 to 1"),
        (good + "timeout_seconds: 0", "more than 0"),
        (good + "timeout_seconds: 1x", "seconds, or a duration"),
        (good + "timeout_seconds: 1e10", "up to 1e9 s"),
        (good + "timeout_seconds: 9999w", "up to 1e9 s"),
        (good + "resources: {memory: 9000000TB}", "up to 1 PiB"),
        (good + "resources: {memory: 1125899906842625}", "up to 1 PiB"),
        (good + "cache_expiration: .inf", "seconds, or a duration"),
        (good + "resources: {memory: lots}", "an amount such as 2GB"),
        (good + "resources: {cpus: 1}", "`cpus` is no key of the resources"),
        (good + "approve: 5", "`approve` must be true or false"),
        (good + "tags: [on: x]", "an entry of `tags` must be a text"),
        (good + "retrys: 1", "9:5: `retrys` is no key of a task. Did you mean `retries`?"),
        (good + "matrix: {}", "The matrix has no values"),
        (good + "matrix: {n: [1]}", "`n` is the name of a parameter, too."),
        (good + "matrix: {a: [1]}", "`a` is the name of a task, too."),
        (good + "matrix: {k: 3}", "`k` must be a list of values, not a whole number."),
        (good + "matrix: {k: [1, 1.0]}", "`k` has `1` twice"),
        (good + "matrix: {k: []}", "`k` has no values"),
        (good + "matrix: {k: \"${a.eval_loss}\"}", "A matrix can refer to parameters only."),
        (good + "matrix: {k: \"${n}\"}", "must be a list of values"),
        (good + "matrix: {and: [1]}", "has a meaning in expressions"),
        (
            "uses: evaluate\nwith: {model: \"${k}\"}\nmatrix: {k: [1]}",
            "must be a text, not a whole number"
        ),
        (
            "uses: train\nwith: {data: d}\nmatrix: {epochs: [a]}",
            "9:14: `epochs` of train must be a whole number, not a text."
        ),
        (
            "uses: train\nwith: {data: d}\nmatrix: {epochs: [1, a]}",
            "9:14: `epochs` of train must be a whole number, not a text."
        ),
        (
            "uses: train\nwith: {data: \"${k}\"}\nmatrix: {k: [good, missing]}",
            "8:18: There is no dataset missing."
        ),
        (
            "uses: shell\nwith: {command: [echo, \"${m[*].eval_loss}\"]}",
            "8:21: An entry of `command` must be a text, not a list."
        ),
    ])
    func aFaultOfATaskHasALine(lines: String, expected: String) {
        let faults = DeclaredKind.faults(Self.task(lines))
        #expect(faults.contains { $0.contains(expected) }, "\(faults)")
    }

    @Test(arguments: [
        ("{}", "exactly one of `cron`, `interval`, `on`"),
        ("{cron: 0 2 * * 0, interval: 1h}", "exactly one"), ("{cron: 0 2 30 2 *}", "never fires"),
        ("{cron: 0 2 * *}", "4 fields"), ("{cron: 0 2 * * 0, timezone: Asia/Soul}", "Asia/Soul"),
        ("{cron: 0 2 * * 0, overlap: maybe}", "one of skip, buffer-one"),
        ("{interval: 0}", "at least one second"),
        ("{interval: 1h, start: 2026-02-30T00:00Z}", "an instant with its offset"),
        ("{interval: 1h, start: 2026-02-03T00:00}", "an instant"),
        ("{interval: 1h, timezone: Asia/Seoul}", "`timezone` belongs to `cron`"),
        ("{on: {dataset: d}, start: 2026-02-03}", "`start` belongs"),
        ("{interval: 1h, parameters: {m: 1}}", "no parameter `m`. Did you mean `n`?"),
        ("{interval: 1h, parameters: {n: x}}", "must be a whole number"),
        ("[{interval: 1h}]", "needs a `name`"),
        ("[{name: a, interval: 1h}, {name: a, interval: 2h}]", "two schedules `a`"),
        ("{on: {model: x}}", "`model` is no key of an event"),
    ])
    func aFaultOfAScheduleHasALine(schedule: String, expected: String) {
        let faults = DeclaredKind.faults(
            "flow: f\nparameters: {n: 1}\ntasks: {a: {uses: shell, with: {command: x}}}\nschedule: \(schedule)"
        )
        #expect(faults.contains { $0.contains(expected) && $0.hasPrefix("4:") }, "\(faults)")
    }

    @Test func allFaultsAreReportedAtOnceInTheOrderOfTheFile() {
        let text = """
            flow: f
            colour: red
            tasks:
              a: {uses: train, with: {data: "${q}"}, retries: x}
              b: {uses: shel}
            """
        let faults = DeclaredKind.faults(text)
        #expect(faults.map { $0.prefix(2) } == ["2:", "4:", "4:", "5:"])
        let error = #expect(throws: FlowError.self) { try DeclaredKind.flow(text) }
        #expect(error?.message == "/flows/test.yaml has 4 faults.")
        #expect(error?.code == .invalidFile)
    }

    @Test func aRepeatedKeyHidesNoOtherFaults() {
        let text = """
            flow: f
            colour: red
            tasks:
              a:
                uses: train
                with: {data: d, "epochs": 1, data: "x, data: y", epochs: 2}
                retries: x
                # retries: 1
                'retries': 2
              b: {uses: shel}
              a: {uses: train, with: {data: d}}
              a: {uses: train, with: {data: d}}
            colour: blue
            """
        let faults = DeclaredKind.faults(text)
        #expect(
            faults.map { $0.replacing(#/;.*|\..*/#, with: "") } == [
                "2:1: `colour` is no key of a flow",
                "6:34: The key `data` occurs twice",
                "6:54: The key `epochs` occurs twice",
                "7:14: `retries` must be a whole number from 0 to 1000, not `x`",
                "9:5: The key `retries` occurs twice",
                "10:13: There is no kind of task `shel`",
                "11:3: The key `a` occurs twice",
                "12:3: The key `a` occurs twice",
                "13:1: The key `colour` occurs twice",
            ]
        )
        #expect(
            faults.contains { $0.hasSuffix("`epochs` occurs twice; the first one is at 6:21.") }
        )
    }

    @Test(arguments: [
        ("flow: f\nparameters: {a: [1, {a: 2}], b: 1,\n  a: 2}", "3:3"),
        ("{flow: f, parameters: {a: 1}, flow: g}", "1:31"),
        ("flow: f\nparameters:\n  - é: 1\n    x: {é: 2}\n    é: 3", "5:5"),
        ("flow: f\r\nflow: g\r\n", "2:1"), ("\u{FEFF}flow: f\nflow : g", "2:1"),
        ("flow: f\nparameters: {a: 'it''s, a: 1', \"b\\\", a: \": 1, a: 2}", "2:47"),
    ])
    func aRepeatedKeyHasItsPlace(text: String, place: String) {
        let faults = DeclaredKind.faults(text).filter { $0.contains("occurs twice") }
        #expect(faults.count == 1 && faults[0].hasPrefix("\(place): "), "\(faults)")
    }

    @Test func aCircleIsNamed() {
        let faults = DeclaredKind.faults(
            """
            flow: f
            tasks:
              a: {uses: train, with: {data: "${b.model}"}}
              b: {uses: train, with: {data: d}, needs: c}
              c: {uses: shell, with: {command: x}, when: "${a.eval_loss < 1}"}
            """
        )
        #expect(faults == ["3:3: The tasks come after one another in a circle: a → b → c → a."])
    }

    @Test func manyFaultsAreBounded() {
        let keys = (0..<2_000).map { "k\($0): 1\n" }.joined()
        #expect(DeclaredKind.faults("flow: f\n" + keys).count == 200)
    }
}
